// Attention of one new position a text to what the text's cache holds, in one pass over the cache.
//
// Keys and values are half as wide as what is computed: a step waits for them to come from memory
// (docs/lab-log.md). Each is read once, in order, for all query heads that share it.

#include "guard.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

// The widest instructions that the machine has; elsewhere what the compiler makes of it.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define WIDEST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDEST
#endif
#define INLINE inline __attribute__((always_inline))

#pragma clang diagnostic ignored "-Wpsabi"

namespace {

using Half = _Float16;
using Lane = float __attribute__((vector_size(64)));
using Bits = int32_t __attribute__((vector_size(64)));
using HalfLane = Half __attribute__((vector_size(32)));
constexpr int64_t width = 16;
/// What is read at once: four lanes, a cache line or two of halves.
constexpr int64_t block = 4 * width;

/// One head of keys and values of one text, and the queries that read it.
struct Head {
    const float *queries; // [group, D]
    const Half *keys;     // [positions, D]
    const Half *values;   // [positions, D]
    float *scores;        // [group, padded]
    float *result;        // [group, D]
    int64_t positions, padded, D;
    float scale;
};

INLINE void load(const Half *from, Lane &to) {
    HalfLane half;
    std::memcpy(&half, from, sizeof half);
    to = __builtin_convertvector(half, Lane);
}
INLINE void load(const float *from, Lane &to) { std::memcpy(&to, from, sizeof to); }
INLINE void store(const Lane &from, float *to) { std::memcpy(to, &from, sizeof from); }

INLINE float sum(const Lane &x) {
    auto a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
             __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    auto b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
    return (b[0] + b[2]) + (b[1] + b[3]);
}

/// e^x for x <= 0, to about one unit in the last place: 2^n times a polynomial of what is left (Cephes).
INLINE void exponential(Lane &x) {
    Lane least = Lane{} - 87.0f;
    x = x < least ? least : x;
    const float shift = 12582912.0f; // adding it rounds to a whole number
    Lane n = (x * 1.44269504f + shift) - shift;
    Lane r = x - n * 0.693359375f + n * 2.12194440e-4f;
    Lane p = Lane{} + 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    Bits power = (__builtin_convertvector(n, Bits) + 127) << 23;
    Lane factor;
    std::memcpy(&factor, &power, sizeof factor);
    x = p * factor;
}

template <int group> INLINE void attend(const Head &h) {
    for (int64_t position = 0; position < h.positions; ++position) {
        Lane total[group] = {};
        for (int64_t d = 0; d < h.D; d += block) {
            const Half *row = h.keys + position * h.D + d;
            Lane key[4];
            for (int i = 0; i < 4; ++i) load(row + i * width, key[i]);
            for (int g = 0; g < group; ++g) {
                for (int i = 0; i < 4; ++i) {
                    Lane query;
                    load(h.queries + g * h.D + d + i * width, query);
                    total[g] += query * key[i];
                }
            }
        }
        for (int g = 0; g < group; ++g) h.scores[g * h.padded + position] = sum(total[g]) * h.scale;
    }

    float totals[group];
    for (int g = 0; g < group; ++g) {
        float *scores = h.scores + g * h.padded;
        float most = scores[0];
        for (int64_t i = 1; i < h.positions; ++i) most = std::max(most, scores[i]);
        for (int64_t i = h.positions; i < h.padded; ++i) scores[i] = -INFINITY;
        for (int64_t i = 0; i < h.padded; i += width) {
            Lane part;
            load(scores + i, part);
            part -= most;
            exponential(part);
            store(part, scores + i);
        }
        totals[g] = 0;
        for (int64_t i = 0; i < h.positions; ++i) totals[g] += scores[i];
    }

    for (int64_t d = 0; d < h.D; d += block) {
        Lane mean[group][4] = {};
        for (int64_t position = 0; position < h.positions; ++position) {
            const Half *row = h.values + position * h.D + d;
            Lane value[4];
            for (int i = 0; i < 4; ++i) load(row + i * width, value[i]);
            for (int g = 0; g < group; ++g) {
                float weight = h.scores[g * h.padded + position];
                for (int i = 0; i < 4; ++i) mean[g][i] += value[i] * weight;
            }
        }
        for (int g = 0; g < group; ++g)
            for (int i = 0; i < 4; ++i) store(mean[g][i] / totals[g], h.result + g * h.D + d + i * width);
    }
}

using Kernel = void (*)(const Head &);
#define GROUP(n)                                                                                                       \
    WIDEST void attend##n(const Head &h) { attend<n>(h); }
GROUP(1) GROUP(2) GROUP(3) GROUP(4) GROUP(5) GROUP(6) GROUP(7) GROUP(8)
#undef GROUP

/// The kernel for so many query heads to a key head; NULL where there is none.
Kernel kernel(int64_t group) {
    switch (group) {
    case 1: return attend1;
    case 2: return attend2;
    case 3: return attend3;
    case 4: return attend4;
    case 5: return attend5;
    case 6: return attend6;
    case 7: return attend7;
    case 8: return attend8;
    default: return nullptr;
    }
}

WIDEST void narrow(const float *from, Half *to, int64_t count) {
    for (int64_t i = 0; i < count; ++i) to[i] = static_cast<Half>(from[i]);
}

} // namespace

bool ct_decodes(int64_t query_heads, int64_t key_heads, int64_t dimension) {
    return key_heads > 0 && query_heads % key_heads == 0 && kernel(query_heads / key_heads) && dimension > 0 &&
           dimension % block == 0;
}

CTTensor *ct_decode_attention(const CTTensor *query, const CTTensor *key, const CTTensor *value, CTTensor *keys,
                              CTTensor *values, const int64_t *lengths, int count, int64_t window, double scale) {
    return ct::tensor([&] {
        auto q = query->value.contiguous(), k = key->value.contiguous(), v = value->value.contiguous();
        auto &K = keys->value, &V = values->value;
        TORCH_CHECK(q.dim() == 4 && K.dim() == 4 && K.sizes() == V.sizes() && K.is_contiguous() && V.is_contiguous(),
                    "queries are [B, 1, H, D], the cache [rows, Hkv, capacity, D]");
        int64_t B = q.size(0), H = q.size(2), D = q.size(3), heads = K.size(1), capacity = K.size(2);
        TORCH_CHECK(count == B && B <= K.size(0) && K.size(3) == D && ct_decodes(H, heads, D) && k.numel() == B * heads * D &&
                        v.numel() == k.numel(),
                    "the shapes do not fit");
        TORCH_CHECK(q.scalar_type() == at::kFloat && k.scalar_type() == at::kFloat && v.scalar_type() == at::kFloat &&
                        K.scalar_type() == at::kHalf && V.scalar_type() == at::kHalf && K.is_cpu(),
                    "float32 reads a float16 cache, on the CPU");
        for (int64_t text = 0; text < B; ++text)
            TORCH_CHECK(lengths[text] >= 0 && lengths[text] < capacity, "text ", text, " has no room for one more");
        auto result = at::empty_like(q);
        int64_t group = H / heads;
        auto attend = kernel(group);
        auto *asked = q.const_data_ptr<float>(), *newKeys = k.const_data_ptr<float>(),
             *newValues = v.const_data_ptr<float>();
        auto *answers = result.mutable_data_ptr<float>();
        auto *cachedKeys = reinterpret_cast<Half *>(K.mutable_data_ptr<at::Half>());
        auto *cachedValues = reinterpret_cast<Half *>(V.mutable_data_ptr<at::Half>());
        // A thread is worth waking for some microseconds of work.
        int64_t longest = count > 0 ? *std::max_element(lengths, lengths + count) + 1 : 1;
        if (window > 0) longest = std::min(longest, window);
        int64_t grain = 1 + 16384 / (longest * D);
        at::parallel_for(0, B * heads, grain, [&](int64_t begin, int64_t end) {
            std::vector<float> scores;
            for (int64_t head = begin; head < end; ++head) {
                int64_t length = lengths[head / heads];
                int64_t first = window > 0 ? std::max<int64_t>(0, length + 1 - window) : 0;
                int64_t positions = length + 1 - first, padded = (positions + width - 1) / width * width;
                Half *key = cachedKeys + head * capacity * D, *value = cachedValues + head * capacity * D;
                narrow(newKeys + head * D, key + length * D, D);
                narrow(newValues + head * D, value + length * D, D);
                scores.resize(group * padded);
                attend({asked + head * group * D, key + first * D, value + first * D, scores.data(),
                        answers + head * group * D, positions, padded, D, static_cast<float>(scale)});
            }
        });
        return result;
    });
}
