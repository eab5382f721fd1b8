// Creating, reading, computing elementwise, reducing, reshaping and indexing.

#include "guard.h"

using ct::own;
using ct::scalar;
using ct::sizes;
using ct::status;
using ct::tensor;

// Life of a tensor

void ct_free(CTTensor *tensor) {
    delete tensor;
    ct::live.fetch_sub(1, std::memory_order_relaxed);
}
CTTensor *ct_alias(const CTTensor *a) {
    return tensor([&] { return a->value; });
}

CTTensor *ct_from_bytes(const void *data, size_t bytes, const int64_t *shape, int rank, CTType type) {
    return tensor([&] {
        auto result = at::empty(sizes(shape, rank), scalar(type));
        TORCH_CHECK(result.nbytes() == bytes, "the shape needs ", result.nbytes(), " bytes, ", bytes, " were given");
        if (bytes > 0) memcpy(result.mutable_data_ptr(), data, bytes);
        return result;
    });
}

CTTensor *ct_from_memory(void *data, const int64_t *shape, int rank, CTType type, void (*release)(void *),
                         void *context) {
    return tensor([&] {
        return at::from_blob(data, sizes(shape, rank), [=](void *) { release(context); }, at::dtype(scalar(type)));
    });
}

CTTensor *ct_empty(const int64_t *shape, int rank, CTType type, const char *device) {
    return tensor([&] { return at::empty(sizes(shape, rank), at::dtype(scalar(type)).device(at::Device(device))); });
}
CTTensor *ct_full(double value, const int64_t *shape, int rank, CTType type, const char *device) {
    return tensor([&] {
        return at::full(sizes(shape, rank), value, at::dtype(scalar(type)).device(at::Device(device)));
    });
}

CTTensor *ct_arange(int64_t start, int64_t end, CTType type, const char *device) {
    return tensor([&] { return at::arange(start, end, at::dtype(scalar(type)).device(at::Device(device))); });
}

CTTensor *ct_randn(CTGenerator *generator, const int64_t *shape, int rank, CTType type) {
    return tensor([&] {
        return at::randn(sizes(shape, rank), generator->value, at::dtype(scalar(type)).device(generator->device));
    });
}

CTTensor *ct_rand(CTGenerator *generator, const int64_t *shape, int rank, CTType type) {
    return tensor([&] {
        return at::rand(sizes(shape, rank), generator->value, at::dtype(scalar(type)).device(generator->device));
    });
}

CTTensor *ct_randint(CTGenerator *generator, int64_t low, int64_t high, const int64_t *shape, int rank) {
    return tensor([&] {
        return at::randint(low, high, sizes(shape, rank), generator->value,
                           at::dtype(at::kLong).device(generator->device));
    });
}

CTTensor *ct_to(const CTTensor *a, CTType type, const char *device) {
    return tensor([&] { return a->value.to(at::Device(device), scalar(type)); });
}

int ct_rank(const CTTensor *a) { return static_cast<int>(a->value.dim()); }
void ct_shape(const CTTensor *a, int64_t *shape) {
    for (int64_t size : a->value.sizes()) *shape++ = size;
}

int ct_type(const CTTensor *a) {
    switch (a->value.scalar_type()) {
    case at::kFloat: return CT_FLOAT32;
    case at::kDouble: return CT_FLOAT64;
    case at::kHalf: return CT_FLOAT16;
    case at::kBFloat16: return CT_BFLOAT16;
    case at::kLong: return CT_INT64;
    case at::kInt: return CT_INT32;
    case at::kChar: return CT_INT8;
    case at::kByte: return CT_UINT8;
    case at::kBool: return CT_BOOL;
    default: return -1;
    }
}

void ct_device(const CTTensor *a, char *name, size_t capacity) {
    std::string device = a->value.device().str();
    size_t length = std::min(device.size(), capacity - 1);
    memcpy(name, device.data(), length);
    name[length] = 0;
}

int ct_copy_out(const CTTensor *a, void *data, size_t bytes) {
    return status([&] {
        auto source = a->value.detach().to(at::kCPU).contiguous();
        TORCH_CHECK(source.nbytes() == bytes, "the tensor has ", source.nbytes(), " bytes, ", bytes, " were asked for");
        if (bytes > 0) memcpy(data, source.const_data_ptr(), bytes);
    });
}

const void *ct_data(const CTTensor *a) {
    return a->value.is_cpu() && a->value.is_contiguous() ? a->value.const_data_ptr() : nullptr;
}

// Elementwise

CTTensor *ct_unary(CTUnary operation, const CTTensor *t) {
    return tensor([&]() -> at::Tensor {
        const at::Tensor &a = t->value;
        switch (operation) {
        case CT_NEG: return a.neg();
        case CT_ABS: return a.abs();
        case CT_EXP: return a.exp();
        case CT_LOG: return a.log();
        case CT_LOG1P: return a.log1p();
        case CT_SQRT: return a.sqrt();
        case CT_RSQRT: return a.rsqrt();
        case CT_SQUARE: return a.square();
        case CT_SIN: return a.sin();
        case CT_COS: return a.cos();
        case CT_TANH: return a.tanh();
        case CT_SIGMOID: return a.sigmoid();
        case CT_LOG_SIGMOID: return at::log_sigmoid(a);
        case CT_RELU: return a.relu();
        case CT_SILU: return at::silu(a);
        case CT_GELU: return at::gelu(a);
        case CT_GELU_TANH: return at::gelu(a, "tanh");
        case CT_SIGN: return a.sign();
        case CT_NOT: return a.logical_not();
        case CT_IS_FINITE: return a.isfinite();
        case CT_CONTIGUOUS: return a.contiguous();
        case CT_DETACH: return a.detach();
        }
        throw std::invalid_argument("unknown operation");
    });
}

template <class Right> static at::Tensor binary(CTBinary operation, const at::Tensor &a, const Right &b) {
    switch (operation) {
    case CT_ADD: return a + b;
    case CT_SUB: return a - b;
    case CT_MUL: return a * b;
    case CT_DIV: return a / b;
    case CT_POW: return a.pow(b);
    case CT_EQ: return a.eq(b);
    case CT_NE: return a.ne(b);
    case CT_LT: return a.lt(b);
    case CT_LE: return a.le(b);
    case CT_GT: return a.gt(b);
    case CT_GE: return a.ge(b);
    default: break;
    }
    if constexpr (std::is_same_v<Right, at::Scalar>) {
        if (operation == CT_MAX) return a.clamp_min(b);
        if (operation == CT_MIN) return a.clamp_max(b);
    } else {
        if (operation == CT_MAX) return at::maximum(a, b);
        if (operation == CT_MIN) return at::minimum(a, b);
        if (operation == CT_AND) return a.logical_and(b);
        if (operation == CT_OR) return a.logical_or(b);
    }
    throw std::invalid_argument("unknown operation");
}

CTTensor *ct_binary(CTBinary operation, const CTTensor *a, const CTTensor *b) {
    return tensor([&] { return binary(operation, a->value, b->value); });
}

CTTensor *ct_binary_scalar(CTBinary operation, const CTTensor *a, double b) {
    return tensor([&] {
        // Whole numbers keep integer tensors integer.
        bool whole = at::isIntegralType(a->value.scalar_type(), true) && b == std::trunc(b);
        return binary(operation, a->value, whole ? at::Scalar(static_cast<int64_t>(b)) : at::Scalar(b));
    });
}

CTTensor *ct_clamp(const CTTensor *a, double low, double high) {
    return tensor([&] { return a->value.clamp(low, high); });
}
CTTensor *ct_where(const CTTensor *condition, const CTTensor *a, const CTTensor *b) {
    return tensor([&] { return at::where(condition->value, a->value, b->value); });
}

// In place

int ct_copy_(CTTensor *a, const CTTensor *b) {
    return status([&] { a->value.copy_(b->value); });
}
int ct_scatter_(CTTensor *a, int64_t dim, const CTTensor *indices, const CTTensor *source) {
    return status([&] { a->value.scatter_(dim, indices->value, source->value); });
}
int ct_fill_(CTTensor *a, double value) {
    return status([&] { a->value.fill_(value); });
}
int ct_mul_(CTTensor *a, double factor) {
    return status([&] { a->value.mul_(factor); });
}
int ct_add_(CTTensor *a, const CTTensor *b, double scale) {
    return status([&] { a->value.add_(b->value, scale); });
}

// Reductions

CTTensor *ct_reduce(CTReduction operation, const CTTensor *t, const int64_t *dims, int count, bool keep) {
    return tensor([&]() -> at::Tensor {
        const at::Tensor &a = t->value;
        std::vector<int64_t> over(dims, dims + count);
        if (over.empty()) {
            for (int64_t dim = 0; dim < a.dim(); ++dim) over.push_back(dim);
        }
        switch (operation) {
        case CT_SUM: return a.sum(over, keep);
        case CT_MEAN: return a.mean(over, keep);
        case CT_AMAX: return a.amax(over, keep);
        case CT_AMIN: return a.amin(over, keep);
        case CT_VAR: return a.var(over, /*unbiased=*/true, keep);
        case CT_NORM: return a.norm(2, over, keep);
        case CT_LOGSUMEXP: return a.logsumexp(over, keep);
        case CT_ANY: return a.any(over, keep);
        case CT_ALL: return a.all(over, keep);
        }
        throw std::invalid_argument("unknown reduction");
    });
}

CTTensor *ct_argmax(const CTTensor *a, int64_t dim) {
    return tensor([&] { return a->value.argmax(dim); });
}
CTTensor *ct_cumsum(const CTTensor *a, int64_t dim) {
    return tensor([&] { return a->value.cumsum(dim); });
}
int ct_topk(const CTTensor *a, int64_t k, int64_t dim, CTTensor **values, CTTensor **indices) {
    return status([&] {
        auto [v, i] = a->value.topk(k, dim);
        *values = own(v);
        *indices = own(i);
    });
}
int ct_sort(const CTTensor *a, int64_t dim, bool descending, CTTensor **values, CTTensor **indices) {
    return status([&] {
        auto [v, i] = a->value.sort(dim, descending);
        *values = own(v);
        *indices = own(i);
    });
}

// Shape and indexing

CTTensor *ct_reshape(const CTTensor *a, const int64_t *shape, int rank) {
    return tensor([&] { return a->value.reshape(sizes(shape, rank)); });
}
CTTensor *ct_expand(const CTTensor *a, const int64_t *shape, int rank) {
    return tensor([&] { return a->value.expand(sizes(shape, rank)); });
}
CTTensor *ct_permute(const CTTensor *a, const int64_t *order, int rank) {
    return tensor([&] { return a->value.permute(sizes(order, rank)); });
}
CTTensor *ct_transpose(const CTTensor *a, int64_t first, int64_t second) {
    return tensor([&] { return a->value.transpose(first, second); });
}
CTTensor *ct_unsqueeze(const CTTensor *a, int64_t dim) {
    return tensor([&] { return a->value.unsqueeze(dim); });
}
CTTensor *ct_squeeze(const CTTensor *a, int64_t dim) {
    return tensor([&] { return a->value.squeeze(dim); });
}
CTTensor *ct_narrow(const CTTensor *a, int64_t dim, int64_t start, int64_t length) {
    return tensor([&] { return a->value.narrow(dim, start, length); });
}
CTTensor *ct_select(const CTTensor *a, int64_t dim, int64_t index) {
    return tensor([&] { return a->value.select(dim, index); });
}
CTTensor *ct_index_select(const CTTensor *a, int64_t dim, const CTTensor *indices) {
    return tensor([&] { return a->value.index_select(dim, indices->value); });
}
CTTensor *ct_gather(const CTTensor *a, int64_t dim, const CTTensor *indices) {
    return tensor([&] { return a->value.gather(dim, indices->value); });
}
CTTensor *ct_scatter_add(const CTTensor *a, int64_t dim, const CTTensor *indices, const CTTensor *source) {
    return tensor([&] { return a->value.scatter_add(dim, indices->value, source->value); });
}

static std::vector<at::Tensor> list(const CTTensor *const *tensors, int count) {
    std::vector<at::Tensor> result;
    for (int i = 0; i < count; ++i) result.push_back(tensors[i]->value);
    return result;
}

CTTensor *ct_cat(const CTTensor *const *tensors, int count, int64_t dim) {
    return tensor([&] { return at::cat(list(tensors, count), dim); });
}
CTTensor *ct_stack(const CTTensor *const *tensors, int count, int64_t dim) {
    return tensor([&] { return at::stack(list(tensors, count), dim); });
}
int ct_split(const CTTensor *a, const int64_t *lengths, int count, int64_t dim, CTTensor **parts) {
    return status([&] {
        auto result = a->value.split_with_sizes(sizes(lengths, count), dim);
        for (int i = 0; i < count; ++i) parts[i] = own(result[i]);
    });
}
CTTensor *ct_triangle(const CTTensor *a, bool upper, int64_t diagonal) {
    return tensor([&] { return upper ? a->value.triu(diagonal) : a->value.tril(diagonal); });
}
