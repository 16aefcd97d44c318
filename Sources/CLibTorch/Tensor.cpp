#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "Door.hpp"

using door::guarded;

const char *lt_version_built(void) { return TORCH_VERSION; }

char *lt_version_loaded(void) {
  // The one place where a loaded libtorch states its version to C++.
  const std::string config = at::show_config();
  const std::string key = "TORCH_VERSION=";
  const size_t start = config.find(key);
  if (start == std::string::npos) return door::copy("unknown");
  const size_t first = start + key.size();
  return door::copy(config.substr(first, config.find_first_of(", \n", first) - first));
}

void lt_string_free(char *string) { free(string); }

// MARK: Memory

bool lt_keep_memory(void) {
#ifdef __GLIBC__
  // Large blocks would each be mapped, and given back when they are freed; the heap would shrink.
  return mallopt(M_MMAP_MAX, 0) && mallopt(M_TRIM_THRESHOLD, -1) && mallopt(M_TOP_PAD, 64 << 20);
#else
  return false;
#endif
}

// MARK: Tensors

lt_tensor lt_tensor_from_bytes(const void *bytes, size_t byte_count, lt_dtype dtype,
                               const int64_t *shape, int32_t rank, char **error) {
  return guarded<lt_tensor>(error, nullptr, [&] {
    auto tensor = at::empty(at::IntArrayRef(shape, rank),
                            at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    TORCH_CHECK(tensor.nbytes() == byte_count, "the shape needs ", tensor.nbytes(),
                " bytes, and there are ", byte_count);
    if (byte_count > 0) std::memcpy(tensor.data_ptr(), bytes, byte_count);
    return door::own(std::move(tensor));
  });
}

bool lt_tensor_copy_bytes(lt_tensor tensor, void *bytes, size_t byte_count, char **error) {
  return guarded(error, false, [&] {
    at::Tensor plain = tensor->value.detach().to(at::kCPU).contiguous();
    TORCH_CHECK(plain.nbytes() == byte_count, "the tensor has ", plain.nbytes(),
                " bytes, and the destination ", byte_count);
    if (byte_count > 0) std::memcpy(bytes, plain.data_ptr(), byte_count);
    return true;
  });
}

bool lt_tensor_replace(lt_tensor tensor, lt_tensor source, char **error) {
  return guarded(error, false, [&] {
    tensor->value.set_data(source->value);
    return true;
  });
}

void lt_tensor_release(lt_tensor tensor) { delete tensor; }

int32_t lt_tensor_rank(lt_tensor tensor) { return static_cast<int32_t>(tensor->value.dim()); }
int64_t lt_tensor_size(lt_tensor tensor, int32_t dimension) { return tensor->value.size(dimension); }
int64_t lt_tensor_stride(lt_tensor tensor, int32_t dimension) {
  return tensor->value.stride(dimension);
}
int64_t lt_tensor_element_count(lt_tensor tensor) { return tensor->value.numel(); }
lt_dtype lt_tensor_dtype(lt_tensor tensor) {
  return static_cast<lt_dtype>(tensor->value.scalar_type());
}
const void *lt_tensor_identity(lt_tensor tensor) { return tensor->value.unsafeGetTensorImpl(); }
char *lt_tensor_device(lt_tensor tensor) {
  // An operator may leave a result out; such a tensor is nowhere, and asking it would throw.
  return door::copy(tensor->value.defined() ? tensor->value.device().str() : "none");
}

char *lt_device_fault(const char *name) {
  char *error = nullptr;
  guarded(&error, false, [&] {
    at::empty({1}, at::TensorOptions().device(c10::Device(std::string(name))));
    return true;
  });
  return error;
}

// MARK: Gradients

void lt_tensor_set_requires_grad(lt_tensor tensor, bool required, char **error) {
  guarded(error, false, [&] {
    tensor->value.set_requires_grad(required);
    return true;
  });
}

bool lt_tensor_requires_grad(lt_tensor tensor) { return tensor->value.requires_grad(); }

bool lt_gradient(const lt_tensor *outputs, const lt_tensor *cotangents, int32_t output_count,
                 const lt_tensor *inputs, int32_t input_count, bool keep_graph,
                 bool differentiable, lt_tensor *results, char **error) {
  return guarded(error, false, [&] {
    std::vector<at::Tensor> from, seeds, towards;
    for (int32_t i = 0; i < output_count; ++i) {
      from.push_back(outputs[i]->value);
      seeds.push_back(cotangents[i] ? cotangents[i]->value : at::ones_like(outputs[i]->value));
    }
    for (int32_t i = 0; i < input_count; ++i) towards.push_back(inputs[i]->value);
    const auto gradients = torch::autograd::grad(
        from, towards, seeds, keep_graph || differentiable, differentiable, /*allow_unused=*/true);
    for (int32_t i = 0; i < input_count; ++i) {
      results[i] = gradients[i].defined() ? door::own(gradients[i]) : nullptr;
    }
    return true;
  });
}

bool lt_set_gradient_recording(bool enabled) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled);
  return before;
}

// MARK: Mixed precision

bool lt_set_mixed_precision(const char *device_type, lt_mixed_precision now,
                            lt_mixed_precision *before, char **error) {
  return guarded(error, false, [&] {
    const auto type = c10::Device(std::string(device_type)).type();
    before->enabled = at::autocast::is_autocast_enabled(type);
    before->dtype = static_cast<lt_dtype>(at::autocast::get_autocast_dtype(type));
    at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(now.dtype));
    at::autocast::set_autocast_enabled(type, now.enabled);
    if (!now.enabled) at::autocast::clear_cache();
    return true;
  });
}

// MARK: Random numbers and threads

lt_generator lt_generator_new(const char *device, uint64_t seed, char **error) {
  return guarded<lt_generator>(error, nullptr, [&] {
    const c10::Device place{std::string(device)};
    at::Generator generator = at::globalContext().defaultGenerator(place).clone();
    generator.set_current_seed(seed);
    return new lt_generator_s{std::move(generator)};
  });
}

void lt_generator_release(lt_generator generator) { delete generator; }

bool lt_set_thread_count(int32_t count, char **error) {
  return guarded(error, false, [&] {
    at::set_num_threads(count);
    return true;
  });
}
int32_t lt_thread_count(void) { return at::get_num_threads(); }
