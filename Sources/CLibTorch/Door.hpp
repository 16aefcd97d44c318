// Shared by the door's .cpp files: how handles are held and how an exception becomes a message.
#pragma once

#if !__has_include(<ATen/core/Tensor.h>)
#error "libtorch not found: run `make setup` (or point LIBTORCH at a libtorch and run it again)"
#endif

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstring>
#include <exception>
#include <string>

#include "CLibTorch.h"

struct lt_tensor_s {
  at::Tensor value;
};

struct lt_generator_s {
  at::Generator value;
};

namespace door {

inline char *copy(const std::string &text) { return strdup(text.c_str()); }

inline lt_tensor own(at::Tensor tensor) { return new lt_tensor_s{std::move(tensor)}; }

/// Runs `body`; an exception becomes a message in `error` and `fallback` is returned.
template <typename Result, typename Body>
Result guarded(char **error, Result fallback, Body body) {
  try {
    return body();
  } catch (const c10::Error &failure) {
    // Without the C++ backtrace: the sentence is for people.
    if (error) *error = copy(failure.what_without_backtrace());
  } catch (const std::exception &failure) {
    if (error) *error = copy(failure.what());
  } catch (...) {
    if (error) *error = copy("libtorch failed without saying why");
  }
  return fallback;
}

}  // namespace door
