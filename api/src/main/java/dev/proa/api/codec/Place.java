package dev.proa.api.codec;

import org.jspecify.annotations.Nullable;

/** Where in a document a value is. The text is made only when something is to be said of it: paths can be very long. */
record Place(@Nullable Place parent, @Nullable String name, int index) {

    /** As in {@code spec.containers[0].image}, with a name below it. */
    String path(String inner) {
        String before = parent == null ? "" : parent.path("");
        String here = name == null ? before + "[" + index + "]" : before.isEmpty() ? name : before + "." + name;
        return inner.isEmpty() ? here : here + "." + inner;
    }
}
