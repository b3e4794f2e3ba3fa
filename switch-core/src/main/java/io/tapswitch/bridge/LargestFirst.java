package io.tapswitch.bridge;

import java.util.Arrays;

/**
 * A binary heap of {@link LearnedList}s by size, so that a full table finds the port with most entries at once. Each
 * change of a size by one moves a list by O(log ports), usually not at all. Guarded by the table's lock.
 */
final class LargestFirst<P> {
    private LearnedList<P>[] heap = newHeap(8);
    private int count;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <P> LearnedList<P>[] newHeap(int size) {
        return new LearnedList[size];
    }

    /** The list with most entries, null if all are empty. */
    LearnedList<P> largest() {
        return count == 0 ? null : heap[0];
    }

    void grown(LearnedList<P> list) {
        if (list.rank < 0) {
            if (count == heap.length) {
                heap = Arrays.copyOf(heap, count * 2);
            }
            list.rank = count;
            heap[count++] = list;
        }
        siftUp(list);
    }

    void shrunk(LearnedList<P> list) {
        if (list.size > 0) {
            siftDown(list);
            return;
        }
        LearnedList<P> last = heap[--count];
        heap[count] = null;
        if (last != list) {
            place(last, list.rank);
            siftUp(last);
            siftDown(last);
        }
        list.rank = -1;
    }

    private void siftUp(LearnedList<P> list) {
        int at = list.rank;
        while (at > 0 && heap[(at - 1) / 2].size < list.size) {
            place(heap[(at - 1) / 2], at);
            at = (at - 1) / 2;
        }
        place(list, at);
    }

    private void siftDown(LearnedList<P> list) {
        int at = list.rank;
        for (int child = 2 * at + 1; child < count; child = 2 * at + 1) {
            if (child + 1 < count && heap[child + 1].size > heap[child].size) {
                child++;
            }
            if (heap[child].size <= list.size) {
                break;
            }
            place(heap[child], at);
            at = child;
        }
        place(list, at);
    }

    private void place(LearnedList<P> list, int at) {
        heap[at] = list;
        list.rank = at;
    }
}
