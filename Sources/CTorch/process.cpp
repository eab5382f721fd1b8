// The process: version, errors, threads, devices, gradient mode, random generators.

#include "guard.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/version.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace ct {

std::atomic<int64_t> live{0};
static thread_local std::string last_error;

void fail(const char *message) { last_error = message; }

#if defined(__GLIBC__)
// glibc hands large freed blocks back to the kernel, which faults every page of the next activation
// in again. Keeping them raised matrix products by about a third (docs/lab-log.md).
static const bool keeps_freed_memory = [] {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MXFAST, 0);
    // An arena for each thread would be made of heaps of 64 MB, in which activations leave gaps.
    mallopt(M_ARENA_MAX, 1);
    return true;
}();
#endif

}  // namespace ct

const char *ct_version(void) { return TORCH_VERSION; }
const char *ct_last_error(void) { return ct::last_error.c_str(); }
void ct_set_error(const char *message) { ct::fail(message); }
int64_t ct_live_tensors(void) { return ct::live.load(); }

int ct_set_threads(int count) {
    return ct::status([&] {
        if (count < 1) throw std::invalid_argument("at least one thread is needed");
        at::set_num_threads(count);
    });
}
int ct_threads(void) { return at::get_num_threads(); }

bool ct_device_available(const char *name) {
    try {
        at::Device device(name);
        switch (device.type()) {
        case at::kCPU: return true;
        case at::kCUDA: return at::hasCUDA() && device.index() < at::getNumGPUs();
        case at::kMPS: return at::hasMPS();
        default: return false;
        }
    } catch (...) {
        return false;
    }
}

bool ct_set_gradients(bool enabled) {
    bool former = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(enabled);
    return former;
}

bool ct_gradients_enabled(void) { return c10::GradMode::is_enabled(); }

CTGenerator *ct_generator(uint64_t seed, const char *device) {
    CTGenerator *result = nullptr;
    ct::status([&] {
        at::Device place(device);
        at::Generator generator = place.is_cpu()
            ? at::make_generator<at::CPUGeneratorImpl>()
            : at::globalContext().defaultGenerator(place).clone();
        generator.set_current_seed(seed);
        result = new CTGenerator{std::move(generator), place};
    });
    return result;
}
void ct_generator_free(CTGenerator *generator) { delete generator; }
CTTensor *ct_generator_state(const CTGenerator *generator) {
    return ct::tensor([&] { return generator->value.get_state(); });
}
int ct_generator_set_state(CTGenerator *generator, const CTTensor *state) {
    return ct::status([&] { generator->value.set_state(state->value); });
}
