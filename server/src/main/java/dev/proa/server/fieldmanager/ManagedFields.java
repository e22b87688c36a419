package dev.proa.server.fieldmanager;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The entries of {@code metadata.managedFields} while they change. Not for several threads. */
final class ManagedFields {
    /** More entries of updates than that are merged, the oldest first. */
    private static final int MOST_UPDATERS = 10;

    /** The length of {@code 2026-01-02T03:04:05Z}. */
    private static final int SECONDS = 20;

    private static final String ANCIENT = "ancient-changes";

    private static final Comparator<MapValue> ORDER = Comparator.comparing(
                    (MapValue entry) -> entry.string("operation"))
            .thenComparing(entry -> time(entry.get("time")))
            .thenComparing(entry -> entry.string("manager"))
            .thenComparing(entry -> entry.string("apiVersion"))
            .thenComparing(entry -> entry.string("subresource"));

    private static volatile Moment moment = new Moment(Instant.EPOCH, Instant.EPOCH.toString());

    private final ListValue source;
    private final Map<Manager, Owned> owned = new LinkedHashMap<>();

    /**
     * What a manager owns.
     *
     * @param time null when it is not known
     * @param entry as it was read; null when something changed
     */
    record Owned(
            FieldSet fields,
            String apiVersion,
            @Nullable Object time,
            @Nullable MapValue entry) {
        Owned(FieldSet fields, String apiVersion, @Nullable Object time) {
            this(fields, apiVersion, time, null);
        }

        Owned with(FieldSet others) {
            return others == fields ? this : new Owned(others, apiVersion, time);
        }

        Owned at(Instant now) {
            return new Owned(fields, apiVersion, text(now));
        }
    }

    /** The text of a time, which mostly is that of the write before. */
    static String text(Instant now) {
        Moment known = moment;
        if (!known.time().equals(now)) {
            known = new Moment(now, now.toString());
            moment = known;
        }
        return known.text();
    }

    private record Moment(Instant time, String text) {}

    private ManagedFields(ListValue source) {
        this.source = source;
    }

    static ManagedFields none() {
        return new ManagedFields(ListValue.EMPTY);
    }

    /**
     * Reads entries.
     *
     * @param trusted whether this class wrote them
     * @throws DecodeException when they are not well-formed
     */
    static ManagedFields read(ListValue entries, boolean trusted) {
        ManagedFields managed = new ManagedFields(trusted ? entries : ListValue.EMPTY);
        for (int i = 0; i < entries.size(); i++) {
            MapValue entry = entries.map(i);
            boolean applies = entry.string("operation").equals("Apply");
            if (!applies && !entry.string("operation").equals("Update")) {
                throw new DecodeException("operation must be `Apply` or `Update`");
            }
            String apiVersion = entry.string("apiVersion");
            if (apiVersion.isEmpty()) {
                throw new DecodeException("apiVersion must not be empty");
            }
            String type = entry.string("fieldsType");
            if (!type.equals("FieldsV1")) {
                throw new DecodeException(
                        type.isEmpty()
                                ? "missing fieldsType in managed fields entry " + i
                                : "invalid fieldsType " + GoText.quote(type) + " in managed fields entry " + i);
            }
            Object fields = entry.get("fieldsV1");
            FieldSet set = trusted && fields instanceof MapValue tree ? FieldSet.of(tree) : FieldSet.parse(fields);
            managed.owned.put(
                    new Manager(
                            entry.string("manager"), applies, applies ? "" : apiVersion, entry.string("subresource")),
                    new Owned(set, apiVersion, entry.get("time"), trusted ? entry : null));
        }
        return managed;
    }

    /** Whether entries are what a client sends to have none: a list that is empty, or has one entry without anything. */
    static boolean isReset(@Nullable Object entries) {
        return entries instanceof ListValue list
                && (list.isEmpty() || list.size() == 1 && list.get(0) instanceof MapValue only && only.isEmpty());
    }

    boolean isEmpty() {
        return owned.isEmpty();
    }

    @Nullable
    Owned get(Manager manager) {
        return owned.get(manager);
    }

    void put(Manager manager, Owned now) {
        owned.put(manager, now);
    }

    void remove(Manager manager) {
        owned.remove(manager);
    }

    /** The managers as they are now. */
    Set<Map.Entry<Manager, Owned>> all() {
        return Map.copyOf(owned).entrySet();
    }

    /** Replaces what each manager owns; one for which nothing comes out, or no field, is gone. */
    void change(BiFunction<Manager, Owned, @Nullable Owned> change) {
        owned.entrySet().removeIf(entry -> {
            Owned now = change.apply(entry.getKey(), entry.getValue());
            if (now != null) {
                entry.setValue(now);
            }
            return now == null || now.fields().isEmpty();
        });
    }

    /** Merges the oldest entries of updates in the same version until there are few enough. */
    void capUpdaters() {
        if (owned.size() <= MOST_UPDATERS) {
            return;
        }
        List<Manager> updaters = new ArrayList<>();
        owned.keySet().stream().filter(manager -> !manager.applies()).forEach(updaters::add);
        if (updaters.size() <= MOST_UPDATERS) {
            return;
        }
        updaters.sort(
                Comparator.comparing((Manager manager) -> time(owned(manager).time()))
                        .thenComparing(Manager::identifier));
        int left = updaters.size();
        Map<String, Manager> firsts = new LinkedHashMap<>();
        for (int i = 0; i < updaters.size() && left > MOST_UPDATERS; i++) {
            Manager manager = updaters.get(i);
            Owned its = owned(manager);
            Manager first = firsts.putIfAbsent(its.apiVersion(), manager);
            if (first == null) {
                continue;
            }
            Manager bucket = Manager.updater(ANCIENT, its.apiVersion(), "");
            Owned merged = owned.get(bucket);
            if (merged == null) {
                merged = owned(first);
                owned.remove(first);
            }
            owned.remove(manager);
            owned.put(bucket, new Owned(its.fields().union(merged.fields()), its.apiVersion(), its.time()));
            left--;
        }
    }

    private Owned owned(Manager manager) {
        return java.util.Objects.requireNonNull(owned.get(manager));
    }

    /** The entries as objects have them; the very list that was read when nothing changed. */
    ListValue entries() {
        List<MapValue> entries = new ArrayList<>(owned.size());
        owned.forEach((manager, its) -> entries.add(entry(manager, its)));
        entries.sort(ORDER);
        boolean same = entries.size() == source.size();
        for (int i = 0; same && i < entries.size(); i++) {
            same = entries.get(i) == source.get(i);
        }
        return same ? source : ListValue.copyOf(entries);
    }

    private static MapValue entry(Manager manager, Owned its) {
        if (its.entry() != null) {
            return its.entry();
        }
        MapValue.Builder entry = MapValue.builder(7)
                .put("apiVersion", its.apiVersion())
                .put("fieldsType", "FieldsV1")
                .put("fieldsV1", its.fields().shared().fieldsV1());
        if (!manager.name().isEmpty()) {
            entry.put("manager", manager.name());
        }
        entry.put("operation", manager.operation());
        if (!manager.subresource().isEmpty()) {
            entry.put("subresource", manager.subresource());
        }
        return entry.putIfPresent("time", its.time()).build();
    }

    /** A time to the second in a form that sorts; the earliest when there is none. */
    private static String time(@Nullable Object time) {
        if (!(time instanceof String text)) {
            return "";
        }
        if (text.length() == SECONDS && text.charAt(SECONDS - 1) == 'Z') {
            return text;
        }
        try {
            return Instant.parse(text).truncatedTo(ChronoUnit.SECONDS).toString();
        } catch (DateTimeParseException e) {
            return ""; // a client wrote it
        }
    }
}
