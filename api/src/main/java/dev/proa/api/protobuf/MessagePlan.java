package dev.proa.api.protobuf;

import dev.proa.api.schema.Field;
import dev.proa.api.schema.Struct;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a message by number. A struct that Go embeds is a nested message whose fields belong to the same
 * object. Immutable.
 */
final class MessagePlan {
    /** In the order of their numbers. */
    private final List<Entry> entries = new ArrayList<>();

    private @Nullable Entry[] byNumber = new Entry[0];

    /**
     * A field of the message: one of the object, or an embedded message.
     *
     * @param field null for an embedded message
     * @param embedded null for a field
     */
    record Entry(
            int number, @Nullable Field field, @Nullable MessagePlan embedded) {}

    private MessagePlan() {}

    static MessagePlan of(Struct struct) {
        MessagePlan plan = new MessagePlan();
        for (Field field : struct.fields()) {
            if (!field.number().isEmpty()) {
                plan.add(field, field.number());
            }
        }
        plan.finish();
        return plan;
    }

    private void add(Field field, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            entries.add(new Entry(Integer.parseInt(path), field, null));
            return;
        }
        int number = Integer.parseInt(path.substring(0, dot));
        for (Entry entry : entries) {
            if (entry.number == number && entry.embedded != null) {
                entry.embedded.add(field, path.substring(dot + 1));
                return;
            }
        }
        MessagePlan embedded = new MessagePlan();
        embedded.add(field, path.substring(dot + 1));
        entries.add(new Entry(number, null, embedded));
    }

    private void finish() {
        entries.sort(Comparator.comparingInt(Entry::number));
        byNumber = new Entry[entries.isEmpty() ? 0 : entries.getLast().number + 1];
        Map<Integer, Entry> seen = new HashMap<>();
        for (Entry entry : entries) {
            if (seen.put(entry.number, entry) != null) {
                throw new IllegalStateException("the schema has two fields of number " + entry.number);
            }
            byNumber[entry.number] = entry;
            if (entry.embedded != null) {
                entry.embedded.finish();
            }
        }
    }

    List<Entry> entries() {
        return entries;
    }

    /** The field of this number; null when there is none. */
    @Nullable
    Entry entry(int number) {
        return number < byNumber.length ? byNumber[number] : null;
    }
}
