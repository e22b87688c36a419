package dev.proa.api.value;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** An immutable JSON array. */
public final class ListValue extends AbstractList<@Nullable Object> implements RandomAccess {
    /** The list without any item. */
    public static final ListValue EMPTY = new ListValue(new Object[0]);

    private final @Nullable Object[] items;

    private ListValue(@Nullable Object[] items) {
        this.items = items;
    }

    public static ListValue of(@Nullable Object... items) {
        return items.length == 0 ? EMPTY : new ListValue(items.clone());
    }

    public static ListValue copyOf(Collection<?> items) {
        return items instanceof ListValue list ? list : items.isEmpty() ? EMPTY : new ListValue(items.toArray());
    }

    /** Takes over {@code items}, which nobody may change any more. */
    static ListValue owning(@Nullable Object[] items) {
        return items.length == 0 ? EMPTY : new ListValue(items);
    }

    @Override
    public @Nullable Object get(int index) {
        return items[index];
    }

    /** The object at {@code index}, or {@link MapValue#EMPTY} when there is a value of another type. */
    public MapValue map(int index) {
        return items[index] instanceof MapValue map ? map : MapValue.EMPTY;
    }

    @Override
    public int size() {
        return items.length;
    }

    /** This list with {@code item} at its end. */
    public ListValue plus(@Nullable Object item) {
        @Nullable Object[] more = Arrays.copyOf(items, items.length + 1);
        more[items.length] = item;
        return new ListValue(more);
    }

    /** This list with the item at {@code index} replaced. */
    public ListValue with(int index, @Nullable Object item) {
        if (items[index] == item) {
            return this;
        }
        @Nullable Object[] changed = items.clone();
        changed[index] = item;
        return new ListValue(changed);
    }

    /** This list without the item at {@code index}. */
    public ListValue without(int index) {
        @Nullable Object[] fewer = new Object[items.length - 1];
        System.arraycopy(items, 0, fewer, 0, index);
        System.arraycopy(items, index + 1, fewer, index, fewer.length - index);
        return owning(fewer);
    }
}
