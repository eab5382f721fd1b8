// What every translation unit of the shim shares: ownership, errors, conversions.
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <atomic>
#include <string>

#include "ctorch.h"

struct CTTensor {
    at::Tensor value;
};

struct CTGenerator {
    at::Generator value;
    at::Device device;
};

namespace ct {

extern std::atomic<int64_t> live;
void fail(const char *message);

inline CTTensor *own(at::Tensor value) {
    auto *tensor = new CTTensor{std::move(value)};
    live.fetch_add(1, std::memory_order_relaxed);
    return tensor;
}

/// Runs `body`, which returns a tensor; an exception becomes NULL and a message.
template <class Body> CTTensor *tensor(Body body) {
    try {
        return own(body());
    } catch (const c10::Error &error) {
        fail(error.what_without_backtrace());
    } catch (const std::exception &error) {
        fail(error.what());
    } catch (...) {
        fail("an exception that is no std::exception");
    }
    return nullptr;
}

/// Runs `body`; an exception becomes a non-zero status and a message.
template <class Body> int status(Body body) {
    try {
        body();
        return 0;
    } catch (const c10::Error &error) {
        fail(error.what_without_backtrace());
    } catch (const std::exception &error) {
        fail(error.what());
    } catch (...) {
        fail("an exception that is no std::exception");
    }
    return 1;
}

inline at::ScalarType scalar(CTType type) {
    switch (type) {
    case CT_FLOAT32: return at::kFloat;
    case CT_FLOAT64: return at::kDouble;
    case CT_FLOAT16: return at::kHalf;
    case CT_BFLOAT16: return at::kBFloat16;
    case CT_INT64: return at::kLong;
    case CT_INT32: return at::kInt;
    case CT_INT8: return at::kChar;
    case CT_UINT8: return at::kByte;
    case CT_BOOL: return at::kBool;
    }
    throw std::invalid_argument("unknown element type");
}

inline at::IntArrayRef sizes(const int64_t *shape, int rank) {
    return at::IntArrayRef(shape, static_cast<size_t>(rank));
}

inline std::optional<at::Tensor> optional(const CTTensor *tensor) {
    return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

}  // namespace ct
