// Calling any libtorch operator by name, through its dispatcher, with the schema's own types.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ScalarOps.h>
#include <ATen/core/ivalue.h>

#include "Door.hpp"

using c10::IValue;
using door::guarded;

namespace {

const c10::OperatorHandle &handle(lt_operator op) {
  return *reinterpret_cast<const c10::OperatorHandle *>(op);
}

c10::List<at::Tensor> tensorList(const lt_value &value) {
  c10::List<at::Tensor> list;
  const auto tensors = static_cast<const lt_tensor *>(value.pointer);
  for (int64_t i = 0; i < value.count; ++i) {
    TORCH_CHECK(tensors[i], "a tensor is missing in a list that needs all of them");
    list.push_back(tensors[i]->value);
  }
  return list;
}

c10::List<std::optional<at::Tensor>> optionalTensorList(const lt_value &value) {
  c10::List<std::optional<at::Tensor>> list;
  const auto tensors = static_cast<const lt_tensor *>(value.pointer);
  for (int64_t i = 0; i < value.count; ++i) {
    list.push_back(tensors[i] ? std::optional<at::Tensor>(tensors[i]->value) : std::nullopt);
  }
  return list;
}

template <typename Element, typename Source>
c10::List<Element> plainList(const lt_value &value) {
  c10::List<Element> list;
  const auto elements = static_cast<const Source *>(value.pointer);
  for (int64_t i = 0; i < value.count; ++i) list.push_back(static_cast<Element>(elements[i]));
  return list;
}

/// Whether the schema has a list in which a tensor may be left out.
bool takesNoTensors(const c10::Argument &argument) {
  auto type = argument.real_type();
  if (const auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();
  const auto list = type->cast<c10::ListType>();
  return list && list->getElementType()->kind() == c10::TypeKind::OptionalType;
}

/// The schema may ask for a float where the caller wrote an integer.
bool wantsFloat(const c10::Argument &argument) {
  const auto type = argument.real_type();
  if (type->kind() == c10::TypeKind::FloatType) return true;
  const auto optional = type->cast<c10::OptionalType>();
  return optional && optional->getElementType()->kind() == c10::TypeKind::FloatType;
}

/// Whether the schema asks for a tensor (or none).
bool wantsTensor(const c10::Argument &argument) {
  const auto type = argument.real_type();
  if (type->kind() == c10::TypeKind::TensorType) return true;
  const auto optional = type->cast<c10::OptionalType>();
  return optional && optional->getElementType()->kind() == c10::TypeKind::TensorType;
}

/// A number where a tensor is wanted, as Python passes one: it does not widen what it meets.
IValue wrappedNumber(const c10::Scalar &number) {
  at::Tensor tensor = c10::scalar_to_tensor(number);
  tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
  return IValue(std::move(tensor));
}

IValue toIValue(const lt_value &value, const c10::Argument &argument) {
  if (wantsTensor(argument)) {
    switch (value.kind) {
      case LT_INT: return wrappedNumber(c10::Scalar(value.integer));
      case LT_DOUBLE: return wrappedNumber(c10::Scalar(value.real));
      case LT_BOOL: return wrappedNumber(c10::Scalar(value.integer != 0));
      default: break;
    }
  }
  switch (value.kind) {
    case LT_NONE: return IValue();
    case LT_TENSOR: return IValue(static_cast<lt_tensor>(const_cast<void *>(value.pointer))->value);
    case LT_INT:
      return wantsFloat(argument) ? IValue(static_cast<double>(value.integer))
                                  : IValue(value.integer);
    case LT_DOUBLE: return IValue(value.real);
    case LT_BOOL: return IValue(value.integer != 0);
    case LT_STRING: return IValue(std::string(static_cast<const char *>(value.pointer)));
    case LT_DEVICE:
      return IValue(c10::Device(std::string(static_cast<const char *>(value.pointer))));
    case LT_GENERATOR:
      return IValue(static_cast<lt_generator>(const_cast<void *>(value.pointer))->value);
    case LT_INT_LIST: return IValue(plainList<int64_t, int64_t>(value));
    case LT_DOUBLE_LIST: return IValue(plainList<double, double>(value));
    case LT_BOOL_LIST: return IValue(plainList<bool, bool>(value));
    case LT_TENSOR_LIST:
      return takesNoTensors(argument) ? IValue(optionalTensorList(value))
                                      : IValue(tensorList(value));
  }
  TORCH_CHECK(false, "an argument of an unknown kind");
}

/// The operator's arguments in the schema's order, with its defaults where none is given.
torch::jit::Stack makeStack(const c10::FunctionSchema &schema, const lt_value *values,
                            int32_t count) {
  const auto &wanted = schema.arguments();
  torch::jit::Stack stack(wanted.size());
  std::vector<bool> given(wanted.size(), false);
  size_t next = 0;
  for (int32_t i = 0; i < count; ++i) {
    size_t place = next;
    if (values[i].name) {
      place = 0;
      while (place < wanted.size() && wanted[place].name() != values[i].name) ++place;
      TORCH_CHECK(place < wanted.size(), schema.name(), " has no argument named '",
                  values[i].name, "'");
    } else {
      TORCH_CHECK(place < wanted.size(), schema.name(), " takes ", wanted.size(),
                  " arguments, and was given more");
      ++next;
    }
    stack[place] = toIValue(values[i], wanted[place]);
    given[place] = true;
  }
  for (size_t place = 0; place < wanted.size(); ++place) {
    if (given[place]) continue;
    TORCH_CHECK(wanted[place].default_value(), schema.name(), " needs the argument '",
                wanted[place].name(), "'");
    stack[place] = *wanted[place].default_value();
  }
  return stack;
}

void appendTensors(const IValue &value, std::vector<at::Tensor> &tensors) {
  if (value.isTensor()) {
    tensors.push_back(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor &tensor : value.toTensorVector()) tensors.push_back(tensor);
  } else if (value.isScalar()) {
    tensors.push_back(c10::scalar_to_tensor(value.toScalar()));
  } else {
    TORCH_CHECK(false, "an operator returned a ", value.tagKind(), ", which is not a tensor");
  }
}

}  // namespace

lt_operator lt_operator_find(const char *name, const char *overload, char **error) {
  return guarded<lt_operator>(error, nullptr, [&] {
    const auto found = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
    return reinterpret_cast<lt_operator>(new c10::OperatorHandle(found));
  });
}

char *lt_operator_schema(lt_operator op, char **error) {
  return guarded<char *>(error, nullptr, [&] {
    std::ostringstream text;
    text << handle(op).schema();
    return door::copy(text.str());
  });
}

int32_t lt_operator_call(lt_operator op, const lt_value *arguments, int32_t argument_count,
                         lt_tensor *results, int32_t capacity, char **error) {
  return guarded<int32_t>(error, -1, [&] {
    auto stack = makeStack(handle(op).schema(), arguments, argument_count);
    handle(op).callBoxed(stack);
    std::vector<at::Tensor> tensors;
    for (const IValue &value : stack) appendTensors(value, tensors);
    const auto count = static_cast<int32_t>(tensors.size());
    TORCH_CHECK(count <= capacity, handle(op).schema().name(), " returned ", count,
                " tensors, and there is room for ", capacity);
    for (int32_t i = 0; i < count; ++i) results[i] = door::own(std::move(tensors[i]));
    return count;
  });
}
