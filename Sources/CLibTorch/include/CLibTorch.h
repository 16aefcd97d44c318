// The door to libtorch: everything that Swift knows of it passes through these functions.
//
// Rules of the door
//   * No C++ exception crosses. A function that can fail takes `char **error`; on failure it stores
//     a message there (to be released with `lt_string_free`) and returns NULL, 0 or false.
//   * A `lt_tensor` returned is owned by the caller and released with `lt_tensor_release`.
//   * Arguments are borrowed for the length of the call.
#ifndef CLIBTORCH_H
#define CLIBTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lt_tensor_s *lt_tensor;
typedef struct lt_generator_s *lt_generator;
typedef const struct lt_operator_s *lt_operator;

// MARK: Versions

/// The libtorch that this door was compiled against, such as "2.13.0".
const char *lt_version_built(void);
/// The libtorch that is loaded now; released with `lt_string_free`.
char *lt_version_loaded(void);
void lt_string_free(char *string);

// MARK: Memory

/// From now on the C library keeps what is freed; false where it is not glibc.
bool lt_keep_memory(void);

// MARK: Tensors

/// Element types by libtorch's own numbers (`c10::ScalarType`).
typedef int32_t lt_dtype;

/// Copies `byte_count` bytes, row-major, into a new CPU tensor.
lt_tensor lt_tensor_from_bytes(const void *bytes, size_t byte_count, lt_dtype dtype,
                               const int64_t *shape, int32_t rank, char **error);
/// Copies the elements, row-major and from whatever device, into `bytes`.
bool lt_tensor_copy_bytes(lt_tensor tensor, void *bytes, size_t byte_count, char **error);
void lt_tensor_release(lt_tensor tensor);

int32_t lt_tensor_rank(lt_tensor tensor);
int64_t lt_tensor_size(lt_tensor tensor, int32_t dimension);
int64_t lt_tensor_stride(lt_tensor tensor, int32_t dimension);
int64_t lt_tensor_element_count(lt_tensor tensor);
lt_dtype lt_tensor_dtype(lt_tensor tensor);
/// Gives the tensor the values, type and device of another, whoever else holds it.
bool lt_tensor_replace(lt_tensor tensor, lt_tensor source, char **error);
/// The identity of the tensor: equal for two handles to the same tensor.
const void *lt_tensor_identity(lt_tensor tensor);
/// The device's name, such as "cpu" or "cuda:0"; released with `lt_string_free`.
char *lt_tensor_device(lt_tensor tensor);
/// NULL when the name is a device that this libtorch can use, otherwise the reason.
char *lt_device_fault(const char *name);

// MARK: Operators

typedef enum {
  LT_NONE = 0,
  LT_TENSOR,
  LT_INT,
  LT_DOUBLE,
  LT_BOOL,
  LT_STRING,
  LT_DEVICE,
  LT_GENERATOR,
  LT_INT_LIST,
  LT_DOUBLE_LIST,
  LT_BOOL_LIST,
  LT_TENSOR_LIST,         // an element may be NULL where the schema allows it
} lt_kind;

/// One argument or result of an operator. `name` is NULL for a positional argument.
typedef struct {
  const char *name;
  lt_kind kind;
  int64_t integer;        // LT_INT, LT_BOOL
  double real;            // LT_DOUBLE
  const void *pointer;    // tensor, generator, C string, or the first element of a list
  int64_t count;          // elements of a list
} lt_value;

/// Finds an operator such as ("aten::add", "Tensor"); lives as long as the process.
lt_operator lt_operator_find(const char *name, const char *overload, char **error);
/// The operator's schema as libtorch prints it; released with `lt_string_free`.
char *lt_operator_schema(lt_operator op, char **error);
/// Calls an operator; a number serves where it wants a tensor, as in Python; missing trailing arguments take the schema's defaults. On success `results`
/// holds up to `capacity` tensors (a list result is spread out) and their number is returned;
/// a scalar result comes back as a zero-dimensional tensor. Returns -1 on failure.
int32_t lt_operator_call(lt_operator op, const lt_value *arguments, int32_t argument_count,
                         lt_tensor *results, int32_t capacity, char **error);

// MARK: Gradients

void lt_tensor_set_requires_grad(lt_tensor tensor, bool required, char **error);
bool lt_tensor_requires_grad(lt_tensor tensor);
/// d(sum of outputs · cotangents) / d(inputs). A NULL cotangent stands for ones; a result is NULL
/// where an input does not take part. `keep_graph` allows another gradient of the same outputs;
/// `differentiable` makes the results part of a graph themselves (second-order gradients).
bool lt_gradient(const lt_tensor *outputs, const lt_tensor *cotangents, int32_t output_count,
                 const lt_tensor *inputs, int32_t input_count, bool keep_graph,
                 bool differentiable, lt_tensor *results, char **error);
/// Switches the recording of operations for gradients on this thread; returns what it was.
bool lt_set_gradient_recording(bool enabled);

// MARK: Mixed precision

/// What automatic mixed precision does on this thread for one kind of device.
typedef struct {
  bool enabled;
  lt_dtype dtype;
} lt_mixed_precision;
/// Sets it for a kind of device ("cpu", "cuda"); on success `before` holds what it was. Forgets the
/// converted copies of parameters when it is switched off.
bool lt_set_mixed_precision(const char *device_type, lt_mixed_precision now,
                            lt_mixed_precision *before, char **error);

// MARK: Random numbers and threads

lt_generator lt_generator_new(const char *device, uint64_t seed, char **error);
void lt_generator_release(lt_generator generator);

/// Threads used inside an operator. The count must be positive.
bool lt_set_thread_count(int32_t count, char **error);
int32_t lt_thread_count(void);

#ifdef __cplusplus
}
#endif
#endif
