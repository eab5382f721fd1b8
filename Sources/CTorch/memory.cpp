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
#include <limits>
#include <mutex>
#include <new>

namespace ct {
namespace {

// Smaller blocks glibc finds faster, in lists of each thread; larger ones are few.
constexpr size_t smallest = size_t{4} << 10, largest = size_t{32} << 20;
constexpr size_t most_kept = size_t{512} << 20;

// Stands before each block, as long as libtorch's alignment, which what follows keeps.
struct alignas(64) Block {
    // 0 for one that is not kept.
    size_t number;
    // While it waits, the next of its class: so giving back needs no memory, and cannot fail.
    Block *next;
};

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

    Block *take(size_t number) {
        std::lock_guard lock(mutex);
        List &list = lists[number];
        list.used = ++clock;
        return list.first ? list.pop(kept) : nullptr;
    }

    void give(Block *block) {
        Block *unwanted = nullptr;
        {
            std::lock_guard lock(mutex);
            kept += size_of(block->number);
            List &list = lists[block->number];
            block->next = list.first;
            list.first = block;
            while (kept > most_kept) {
                Block *stale = stalest().pop(kept);
                stale->next = unwanted;
                unwanted = stale;
            }
        }
        while (unwanted) {
            Block *next = unwanted->next;
            c10::free_cpu(unwanted);
            unwanted = next;
        }
    }

  private:
    struct List {
        Block *first = nullptr;
        uint64_t used = 0;

        // The last one given, which caches may still hold.
        Block *pop(size_t &kept) {
            Block *block = first;
            first = block->next;
            kept -= size_of(block->number);
            return block;
        }
    };

    List &stalest() {
        size_t found = 0;
        for (size_t number = 0; number < lists.size(); ++number)
            if (lists[number].first && (!lists[found].first || lists[number].used < lists[found].used)) found = number;
        return lists[found];
    }

    std::mutex mutex;
    std::array<List, 8 * 27> lists;
    size_t kept = 0;
    uint64_t clock = 0;
};

// Neither this nor the allocator is ever destroyed: tensors may outlive whatever is destroyed at exit.
KeptBlocks &kept_blocks() {
    static KeptBlocks *blocks = new KeptBlocks;
    return *blocks;
}

void release(void *data) {
    if (!data) return;
    Block *block = static_cast<Block *>(data) - 1;
    if (block->number) kept_blocks().give(block);
    else c10::free_cpu(block);
}

class Allocator final : public c10::Allocator {
    c10::DataPtr allocate(size_t bytes) override {
        c10::Device cpu(c10::DeviceType::CPU);
        if (bytes == 0) return {nullptr, nullptr, &release, cpu};
        TORCH_CHECK(bytes <= std::numeric_limits<size_t>::max() - sizeof(Block), "so much memory is nowhere");
        size_t whole = bytes + sizeof(Block);
        size_t number = whole >= smallest && whole <= largest ? KeptBlocks::class_of(whole) : 0;
        Block *block = number ? kept_blocks().take(number) : nullptr;
        if (!block) {
            void *memory = c10::alloc_cpu(number ? KeptBlocks::size_of(number) : whole);
            block = new (memory) Block{number, nullptr};
        }
        void *data = block + 1;
        return {data, data, &release, cpu};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &release; }
    void copy_data(void *to, const void *from, size_t bytes) const override {
        default_copy_data(to, from, bytes);
    }
};

const bool is_set = [] {
    c10::SetCPUAllocator(new Allocator, 1);
    return true;
}();

}  // namespace
}  // namespace ct
