package dev.proa.api.codec;

import org.jspecify.annotations.Nullable;

/** The position of a value in a document. The text is computed only for an error, since paths can be very long. */
record Place(@Nullable Place parent, @Nullable String name, int index) {

    /** As in {@code spec.containers[0].image}, with a name below it. */
    String path(String inner) {
        String before = parent == null ? "" : parent.path("");
        String here = name == null ? before + "[" + index + "]" : before.isEmpty() ? name : before + "." + name;
        return inner.isEmpty() ? here : here + "." + inner;
    }
}
