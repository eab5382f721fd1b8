// Memory of tensors on the CPU: what is freed is kept, and given out again.
//
// Passes ask for blocks of the same sizes over and over. glibc looks for each among all that is free,
// under one lock for all workers, which took 8 to 12 % of a map's time (docs/lab-log.md). Here a
// freed block waits in a list of its size class; the class that was longest without use gives way.

#include "guard.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <array>
#include <bit>
#include <mutex>
#include <vector>

namespace ct {
namespace {

// Smaller blocks glibc finds faster, in lists of each thread; larger ones are few.
constexpr size_t smallest = size_t{4} << 10, largest = size_t{32} << 20;
constexpr size_t most_kept = size_t{512} << 20;
// Before each block, its class; as long as libtorch's alignment, which it keeps.
constexpr size_t header = 64;

class KeptBlocks {
  public:
    // Eight classes to each power of two: at most an eighth of a block is not used.
    static size_t class_of(size_t bytes) {
        size_t power = std::bit_width(bytes - 1) - 1;
        return power * 8 + (((bytes - 1) >> (power - 3)) & 7) + 1;
    }
    static size_t size_of(size_t number) {
        size_t power = (number - 1) / 8, eighths = (number - 1) % 8 + 9;
        return eighths << (power - 3);
    }

    void *take(size_t number) {
        std::lock_guard lock(mutex);
        List &list = lists[number];
        list.used = ++clock;
        if (list.blocks.empty()) return nullptr;
        void *block = list.blocks.back();
        list.blocks.pop_back();
        kept -= size_of(number);
        return block;
    }

    void give(void *block, size_t number) {
        std::vector<void *> unwanted;
        {
            std::lock_guard lock(mutex);
            kept += size_of(number);
            lists[number].blocks.push_back(block);
            while (kept > most_kept) unwanted.push_back(stalest());
        }
        for (void *block : unwanted) c10::free_cpu(block);
    }

  private:
    struct List {
        std::vector<void *> blocks;
        uint64_t used = 0;
    };

    void *stalest() {
        size_t found = 0;
        for (size_t number = 0; number < lists.size(); ++number)
            if (!lists[number].blocks.empty() &&
                (lists[found].blocks.empty() || lists[number].used < lists[found].used))
                found = number;
        void *block = lists[found].blocks.back();
        lists[found].blocks.pop_back();
        kept -= size_of(found);
        return block;
    }

    std::mutex mutex;
    std::array<List, 8 * 27> lists;
    size_t kept = 0;
    uint64_t clock = 0;
};

// Never destroyed: tensors may outlive whatever is destroyed at exit.
KeptBlocks &kept_blocks() {
    static KeptBlocks *blocks = new KeptBlocks;
    return *blocks;
}

void release(void *data) {
    if (!data) return;
    char *block = static_cast<char *>(data) - header;
    size_t number = *reinterpret_cast<size_t *>(block);
    if (number) kept_blocks().give(block, number);
    else c10::free_cpu(block);
}

class Allocator final : public c10::Allocator {
    c10::DataPtr allocate(size_t bytes) override {
        c10::Device cpu(c10::DeviceType::CPU);
        if (bytes == 0) return {nullptr, nullptr, &release, cpu};
        size_t whole = bytes + header;
        size_t number = whole >= smallest && whole <= largest ? KeptBlocks::class_of(whole) : 0;
        void *block = number ? kept_blocks().take(number) : nullptr;
        if (!block) block = c10::alloc_cpu(number ? KeptBlocks::size_of(number) : whole);
        *static_cast<size_t *>(block) = number;
        void *data = static_cast<char *>(block) + header;
        return {data, data, &release, cpu};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &release; }
    void copy_data(void *to, const void *from, size_t bytes) const override {
        default_copy_data(to, from, bytes);
    }
};

Allocator allocator;
const bool is_set = [] {
    c10::SetCPUAllocator(&allocator, 1);
    return true;
}();

}  // namespace
}  // namespace ct
