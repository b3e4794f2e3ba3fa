package io.tapswitch.bridge;

import java.util.ArrayList;
import java.util.List;

/** Bindings of one kind, that heard longest ago first. Guarded by the lock of its {@link NeighbourTable}. */
final class BindingList {
    int size;
    private Binding oldest;
    private Binding newest;

    Binding oldest() {
        return oldest;
    }

    void append(Binding binding) {
        binding.list = this;
        binding.older = newest;
        binding.newer = null;
        if (newest == null) {
            oldest = binding;
        } else {
            newest.newer = binding;
        }
        newest = binding;
        size++;
    }

    void remove(Binding binding) {
        if (binding.older == null) {
            oldest = binding.newer;
        } else {
            binding.older.newer = binding.newer;
        }
        if (binding.newer == null) {
            newest = binding.older;
        } else {
            binding.newer.older = binding.older;
        }
        binding.older = null;
        binding.newer = null;
        binding.list = null;
        size--;
    }

    List<Binding> copy() {
        List<Binding> bindings = new ArrayList<>(size);
        for (Binding binding = oldest; binding != null; binding = binding.newer) {
            bindings.add(binding);
        }
        return bindings;
    }
}
