// libtorch's NCCL, where the engine is the CUDA build and set-up put NVIDIA's headers beside it.

#include "backends.h"

#include <stdexcept>

// Objects of libtorch hold structures of nccl.h by value, so it has to be the one of the engine's own NCCL: these
// paths begin in the engine's folder of headers.
#if __has_include(<../lib/libtorch_cuda.so>) && __has_include(<../../nvidia/nccl/include/nccl.h>) && \
    __has_include(<cuda_runtime_api.h>) && __has_include(<crt/host_defines.h>) && __has_include(<nv/target>)

#define USE_C10D_NCCL 1
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include <cstdlib>
#include <string>

void ct::require_nccl(at::Device device) {
    if (at::hasCUDA() && device.index() < static_cast<int>(at::getNumGPUs())) return;
    throw std::runtime_error("NCCL adds up over GPUs, and there is no " + device.str() + " here");
}

c10::intrusive_ptr<c10d::Backend> ct::over_nccl(const c10::intrusive_ptr<c10d::Store> &store, int rank, int size,
                                                std::chrono::milliseconds timeout) {
    // NCCL itself meets with the first sum, and says little of who is missing.
    std::vector<std::string> all;
    for (int other = 0; other < size; ++other) all.push_back("here/" + std::to_string(other));
    store->set(all[static_cast<size_t>(rank)], std::vector<uint8_t>{1});
    store->wait(all, timeout);
    // A call that fails must come back as an error, so that a checkpoint can be written; left to itself, libtorch
    // ends the process from a thread of its own.
    ::setenv("TORCH_NCCL_BLOCKING_WAIT", "1", 1);
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = timeout;
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
}

#else

void ct::require_nccl(at::Device device) {
    throw std::runtime_error("processes on " + device.str() +
                             " add up over NCCL, which this build has not: it needs libtorch's CUDA build with "
                             "NVIDIA's headers beside it (docs/training.md); CPUs need neither");
}

c10::intrusive_ptr<c10d::Backend> ct::over_nccl(const c10::intrusive_ptr<c10d::Store> &, int, int,
                                                std::chrono::milliseconds) {
    throw std::logic_error("this build has no NCCL");
}

#endif
