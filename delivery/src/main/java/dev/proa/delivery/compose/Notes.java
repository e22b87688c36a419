package dev.proa.delivery.compose;

import dev.proa.delivery.config.Located;
import java.util.ArrayList;
import java.util.List;

/** What of a Compose file is not translated, or otherwise than one might expect, each with its line. For one thread. */
final class Notes {
    private final List<String> all = new ArrayList<>();

    /** Adds a note about a value, if it is present. */
    void add(Located value, String what) {
        String note = value.place() + ": " + value.shown() + " " + what;
        if (value.present() && !all.contains(note)) {
            all.add(note);
        }
    }

    List<String> all() {
        return List.copyOf(all);
    }
}
