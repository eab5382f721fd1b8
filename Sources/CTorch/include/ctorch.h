// A C header over libtorch.
//
// Every function that can fail returns NULL (a tensor) or a non-zero status (everything else) and
// leaves a message in `ct_last_error()` of the calling thread; no C++ exception crosses this header.
// A returned tensor is owned by the caller and released by `ct_free`; arguments are only borrowed.
// Shapes and dimensions are `int64_t`; negative dimensions count from the end.

#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct CTTensor CTTensor;
typedef struct CTGenerator CTGenerator;
typedef struct CTProcessGroup CTProcessGroup;

typedef enum {
    CT_FLOAT32, CT_FLOAT64, CT_FLOAT16, CT_BFLOAT16, CT_INT64, CT_INT32, CT_INT8, CT_UINT8, CT_BOOL
} CTType;

// Process

const char *ct_version(void);
const char *ct_last_error(void);
/// For a callback that fails: what `ct_last_error` will say.
void ct_set_error(const char *message);
/// Tensors created through this header and not yet freed, over all threads.
int64_t ct_live_tensors(void);
int ct_set_threads(int count);
int ct_threads(void);
/// Whether `name` ("cpu", "cuda", "cuda:1", "mps") names a device that can be used now.
bool ct_device_available(const char *name);
/// Sets whether operations of this thread are recorded for gradients; returns the former setting.
bool ct_set_gradients(bool enabled);
bool ct_gradients_enabled(void);

// Random numbers

CTGenerator *_Nullable ct_generator(uint64_t seed, const char *device);
void ct_generator_free(CTGenerator *generator);
CTTensor *_Nullable ct_generator_state(const CTGenerator *generator);
int ct_generator_set_state(CTGenerator *generator, const CTTensor *state);

// Life of a tensor

void ct_free(CTTensor *tensor);
/// The same tensor, owned once more.
CTTensor *_Nullable ct_alias(const CTTensor *tensor);
/// Copies `bytes` into a new CPU tensor.
CTTensor *_Nullable ct_from_bytes(const void *data, size_t bytes, const int64_t *shape, int rank, CTType type);
/// A CPU tensor over memory that it does not own; `release(context)` is called when the last use of it ends.
CTTensor *_Nullable ct_from_memory(void *data, const int64_t *shape, int rank, CTType type,
                                   void (*release)(void *_Nullable), void *_Nullable context);
/// Whatever the memory holds.
CTTensor *_Nullable ct_empty(const int64_t *shape, int rank, CTType type, const char *device);
CTTensor *_Nullable ct_full(double value, const int64_t *shape, int rank, CTType type, const char *device);
CTTensor *_Nullable ct_arange(int64_t start, int64_t end, CTType type, const char *device);
CTTensor *_Nullable ct_randn(CTGenerator *generator, const int64_t *shape, int rank, CTType type);
CTTensor *_Nullable ct_rand(CTGenerator *generator, const int64_t *shape, int rank, CTType type);
CTTensor *_Nullable ct_randint(CTGenerator *generator, int64_t low, int64_t high, const int64_t *shape, int rank);
CTTensor *_Nullable ct_to(const CTTensor *tensor, CTType type, const char *device);

int ct_rank(const CTTensor *tensor);
void ct_shape(const CTTensor *tensor, int64_t *shape);
int ct_type(const CTTensor *tensor);  // a CTType, or -1
void ct_device(const CTTensor *tensor, char *name, size_t capacity);
/// Copies all elements in row-major order to `data`, which must hold exactly `bytes`.
int ct_copy_out(const CTTensor *tensor, void *data, size_t bytes);
/// The elements in place, or NULL unless the tensor is contiguous and on the CPU.
const void *_Nullable ct_data(const CTTensor *tensor);

// Elementwise

typedef enum {
    CT_NEG, CT_ABS, CT_EXP, CT_LOG, CT_LOG1P, CT_SQRT, CT_RSQRT, CT_SQUARE, CT_SIN, CT_COS, CT_TANH, CT_SIGMOID,
    CT_LOG_SIGMOID, CT_RELU, CT_SILU, CT_GELU, CT_GELU_TANH, CT_SIGN, CT_NOT, CT_IS_FINITE, CT_CONTIGUOUS, CT_DETACH
} CTUnary;
typedef enum {
    CT_ADD, CT_SUB, CT_MUL, CT_DIV, CT_POW, CT_MAX, CT_MIN, CT_EQ, CT_NE, CT_LT, CT_LE, CT_GT, CT_GE, CT_AND, CT_OR
} CTBinary;

CTTensor *_Nullable ct_unary(CTUnary operation, const CTTensor *a);
CTTensor *_Nullable ct_binary(CTBinary operation, const CTTensor *a, const CTTensor *b);
CTTensor *_Nullable ct_binary_scalar(CTBinary operation, const CTTensor *a, double b);
CTTensor *_Nullable ct_clamp(const CTTensor *a, double low, double high);
CTTensor *_Nullable ct_where(const CTTensor *condition, const CTTensor *a, const CTTensor *b);

// In place; for optimisers and caches, outside gradients

int ct_copy_(CTTensor *a, const CTTensor *b);
/// Puts elements of `source` where `indices` say.
int ct_scatter_(CTTensor *a, int64_t dim, const CTTensor *indices, const CTTensor *source);
int ct_fill_(CTTensor *a, double value);
int ct_mul_(CTTensor *a, double factor);
/// a += scale * b
int ct_add_(CTTensor *a, const CTTensor *b, double scale);

// Reductions over `dims`; over all dimensions when `count` is 0

typedef enum { CT_SUM, CT_MEAN, CT_AMAX, CT_AMIN, CT_VAR, CT_NORM, CT_LOGSUMEXP, CT_ANY, CT_ALL } CTReduction;

CTTensor *_Nullable ct_reduce(CTReduction operation, const CTTensor *a, const int64_t *dims, int count, bool keep);
CTTensor *_Nullable ct_argmax(const CTTensor *a, int64_t dim);
CTTensor *_Nullable ct_cumsum(const CTTensor *a, int64_t dim);
int ct_topk(const CTTensor *a, int64_t k, int64_t dim, CTTensor *_Nullable *_Nonnull values,
            CTTensor *_Nullable *_Nonnull indices);
int ct_sort(const CTTensor *a, int64_t dim, bool descending, CTTensor *_Nullable *_Nonnull values,
            CTTensor *_Nullable *_Nonnull indices);

// Shape and indexing; views share memory with their source

CTTensor *_Nullable ct_reshape(const CTTensor *a, const int64_t *shape, int rank);
CTTensor *_Nullable ct_expand(const CTTensor *a, const int64_t *shape, int rank);
CTTensor *_Nullable ct_permute(const CTTensor *a, const int64_t *order, int rank);
CTTensor *_Nullable ct_transpose(const CTTensor *a, int64_t first, int64_t second);
CTTensor *_Nullable ct_unsqueeze(const CTTensor *a, int64_t dim);
CTTensor *_Nullable ct_squeeze(const CTTensor *a, int64_t dim);
CTTensor *_Nullable ct_narrow(const CTTensor *a, int64_t dim, int64_t start, int64_t length);
CTTensor *_Nullable ct_select(const CTTensor *a, int64_t dim, int64_t index);
CTTensor *_Nullable ct_index_select(const CTTensor *a, int64_t dim, const CTTensor *indices);
CTTensor *_Nullable ct_gather(const CTTensor *a, int64_t dim, const CTTensor *indices);
CTTensor *_Nullable ct_scatter_add(const CTTensor *a, int64_t dim, const CTTensor *indices, const CTTensor *source);
CTTensor *_Nullable ct_cat(const CTTensor *_Nonnull const *_Nonnull tensors, int count, int64_t dim);
CTTensor *_Nullable ct_stack(const CTTensor *_Nonnull const *_Nonnull tensors, int count, int64_t dim);
/// Views of consecutive parts of a dimension, as many as there are lengths; the lengths must add up to it.
int ct_split(const CTTensor *a, const int64_t *lengths, int count, int64_t dim,
             CTTensor *_Nullable *_Nonnull parts);
CTTensor *_Nullable ct_triangle(const CTTensor *a, bool upper, int64_t diagonal);

// Products and layers

CTTensor *_Nullable ct_matmul(const CTTensor *a, const CTTensor *b);
CTTensor *_Nullable ct_linear(const CTTensor *x, const CTTensor *weight, const CTTensor *_Nullable bias);
/// The weight of a linear layer in the layout the CPU multiplies fastest; NULL where there is none.
CTTensor *_Nullable ct_pack_linear(const CTTensor *weight);
CTTensor *_Nullable ct_packed_linear(const CTTensor *x, const CTTensor *packed, const CTTensor *_Nullable bias);
/// x W^T + scale * (x A^T) B^T with a frozen weight, plain or packed; gradients reach x, A and B.
/// `transposed` is W^T, packed; a packed weight needs it wherever x has a gradient.
CTTensor *_Nullable ct_frozen_linear(const CTTensor *x, const CTTensor *weight, const CTTensor *_Nullable transposed,
                                     const CTTensor *_Nullable a, const CTTensor *_Nullable b, double scale);
/// The plain W^T of a packed weight.
CTTensor *_Nullable ct_unpack_transposed(const CTTensor *packed);

// Weights in 8 or 4 bits a number, [out, in], for float32 on the CPU; no gradients. A product rounds activations and
// results to bfloat16, but for 32 rows and more of 8 bits.

/// Whether rows of so many numbers can be held in 8 bits.
bool ct_holds_int8(int64_t columns);
/// Whether [rows, columns] can be held in 4 bits, with a scale and a zero for each `group` numbers of a row.
bool ct_holds_int4(int64_t rows, int64_t columns, int64_t group);
/// Of each row w: `values`, int8 [out, in], round(w / s), and `scales`, bfloat16 [out], s = max |w| / 127.
int ct_pack_int8(const CTTensor *weight, CTTensor *_Nullable *_Nonnull values, CTTensor *_Nullable *_Nonnull scales);
/// Of each group w of a row: q = round((w - z) / s) + 8 from 0 to 15, packed as this machine reads them (uint8 [out,
/// in / 2]), and `scales`, bfloat16 [in / group, out, 2]: s = (max w - min w) / 15, z = min w + 8 s.
int ct_pack_int4(const CTTensor *weight, int64_t group, CTTensor *_Nullable *_Nonnull values,
                 CTTensor *_Nullable *_Nonnull scales);
CTTensor *_Nullable ct_int8_linear(const CTTensor *x, const CTTensor *values, const CTTensor *scales);
CTTensor *_Nullable ct_int4_linear(const CTTensor *x, const CTTensor *values, int64_t group, const CTTensor *scales);
/// Rows of a weight in 8 bits, as float32: indices of any shape give [..., in].
CTTensor *_Nullable ct_int8_rows(const CTTensor *values, const CTTensor *scales, const CTTensor *indices);

CTTensor *_Nullable ct_embedding(const CTTensor *weight, const CTTensor *indices);
CTTensor *_Nullable ct_softmax(const CTTensor *a, int64_t dim);
CTTensor *_Nullable ct_log_softmax(const CTTensor *a, int64_t dim);
CTTensor *_Nullable ct_rms_norm(const CTTensor *x, const CTTensor *weight, double epsilon);
CTTensor *_Nullable ct_layer_norm(const CTTensor *x, const CTTensor *_Nullable weight, const CTTensor *_Nullable bias,
                                  double epsilon);
/// Rotates pairs (i, i + D/2) of the last dimension: x * cos + rotate_half(x) * sin.
CTTensor *_Nullable ct_rotary(const CTTensor *x, const CTTensor *cos, const CTTensor *sin);
/// silu(gate) * up
CTTensor *_Nullable ct_swiglu(const CTTensor *gate, const CTTensor *up);
CTTensor *_Nullable ct_attention(const CTTensor *q, const CTTensor *k, const CTTensor *v,
                                 const CTTensor *_Nullable mask, bool causal, double scale);
/// Whether `ct_decode_attention` is there for so many query heads, key heads and dimensions of a head.
bool ct_decodes(int64_t query_heads, int64_t key_heads, int64_t dimension);
/// One new position of each of `count` texts: writes key and value, [count, 1, Hkv, D], into the text's row of a
/// float16 cache, [rows, Hkv, capacity, D], behind its `lengths` positions, and lets the query, [count, 1, H, D], read
/// the last `window` of them, or all where it is 0. On the CPU.
CTTensor *_Nullable ct_decode_attention(const CTTensor *query, const CTTensor *key, const CTTensor *value,
                                        CTTensor *keys, CTTensor *values, const int64_t *lengths, int count,
                                        int64_t window, double scale);
/// Mean negative log-likelihood in nats; targets equal to `ignored` do not count.
CTTensor *_Nullable ct_cross_entropy(const CTTensor *logits, const CTTensor *targets, int64_t ignored);
/// log softmax(hidden W^T) at the targets, [n], `chunk` rows of logits at a time, and whether each target was the
/// likeliest token. W is frozen, plain or packed as for `ct_frozen_linear`; gradients reach `hidden` only.
int ct_token_log_probabilities(const CTTensor *hidden, const CTTensor *weight, const CTTensor *_Nullable transposed,
                               const CTTensor *targets, int64_t chunk, CTTensor *_Nullable *_Nonnull result,
                               CTTensor *_Nullable *_Nonnull best);

// Gradients

int ct_set_requires_grad(CTTensor *a, bool required);
bool ct_requires_grad(const CTTensor *a);
int ct_backward(const CTTensor *a);
/// The gradient accumulated by `ct_backward`; NULL without an error where there is none.
CTTensor *_Nullable ct_grad(const CTTensor *a);
int ct_clear_grad(CTTensor *a);
/// Gradients of the sum of `output` with respect to `inputs`, written to `gradients`.
int ct_gradients(const CTTensor *output, const CTTensor *_Nonnull const *_Nonnull inputs, int count,
                 CTTensor *_Nullable *_Nonnull gradients);

/// Runs `run(context, x)` without keeping its activations, and once more for the backward pass (Chen 2016).
/// `run` returns a tensor that is taken over, or NULL after `ct_set_error`; `release(context)` is called at the end.
CTTensor *_Nullable ct_checkpoint(const CTTensor *x,
                                  CTTensor *_Nullable (*_Nonnull run)(void *_Nullable, const CTTensor *),
                                  void (*_Nonnull release)(void *_Nullable), void *_Nullable context);
/// One step of AdamW on each parameter, in place; `step` is counted from 1.
int ct_adamw_(const CTTensor *_Nonnull const *_Nonnull parameters, const CTTensor *_Nonnull const *_Nonnull gradients,
              const CTTensor *_Nonnull const *_Nonnull means, const CTTensor *_Nonnull const *_Nonnull squares,
              int count, int64_t step, double rate, double beta1, double beta2, double decay, double epsilon);

// Processes that compute together: over NCCL on CUDA devices, else over Gloo

/// Whether this build and this machine can add up over processes on the device; the error says what is missing.
int ct_require_collectives(const char *device);
/// Meets `size` processes at host:port, where the one that `serves` listens, and returns when all are there; fails
/// after so many seconds. Every later call fails, too, when another process has not come to it by then. Sums are made
/// on `device` if that is CUDA, else on the CPU.
CTProcessGroup *_Nullable ct_process_group(const char *host, uint16_t port, bool serves, const char *prefix, int rank,
                                           int size, double seconds, const char *device);
void ct_process_group_free(CTProcessGroup *group);
/// Adds tensors up over all processes, in place; each must call it with the same shapes.
int ct_all_reduce_sum(CTProcessGroup *group, const CTTensor *_Nonnull const *_Nonnull tensors, int count);

// Sparse matrices
//
// The places of a matrix [rows, columns] that are not zero, row by row: `offsets` (int64 [rows + 1]) says where
// each row begins in `columns` (int64 [n]). CPU only; matrices are float32.

/// The `k` largest elements of each row of `x`, or `k` times its rows of all of it; of those above 0 if `positive`.
int ct_sparse_largest(const CTTensor *x, int64_t k, bool each_row, bool positive, CTTensor *_Nullable *_Nonnull offsets,
                      CTTensor *_Nullable *_Nonnull columns);
/// [n]: at each place (i, j), row i of `a` times row j of `b`; differentiable in both.
CTTensor *_Nullable ct_sampled_product(const CTTensor *a, const CTTensor *b, const CTTensor *offsets,
                                       const CTTensor *columns);
/// [rows, d]: the sparse matrix with these values, times `b`; differentiable in both.
CTTensor *_Nullable ct_sparse_product(const CTTensor *values, const CTTensor *offsets, const CTTensor *columns,
                                      const CTTensor *b);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
