package dev.proa.server.apiserver;

import dev.proa.api.codec.GoText;
import dev.proa.api.selector.FieldSelector;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.store.StoredObject;
import dev.proa.server.store.Watch;
import dev.proa.server.store.WatchFilter;
import dev.proa.server.strategy.Strategy;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The selectors of a list, watch or deletecollection. As a watch filter it matches changes of objects that are
 * selected, or were before. Immutable.
 */
final class Selection implements WatchFilter {
    /** Kinds that know further fields say only which one they do not know; all others name the two that they know. */
    private static final Set<String> OBJECT_FIELDS = Set.of("metadata.name", "metadata.namespace");

    private final LabelSelector labels;
    private final FieldSelector fields;
    private final Strategy strategy;

    private Selection(LabelSelector labels, FieldSelector fields, Strategy strategy) {
        this.labels = labels;
        this.fields = fields;
        this.strategy = strategy;
    }

    /**
     * Reads {@code labelSelector} and {@code fieldSelector}.
     *
     * @throws StatusException when they cannot be read, or name a field by which this resource cannot be selected
     */
    static Selection of(Call call) {
        try {
            LabelSelector labels = LabelSelector.parse(call.query().get("labelSelector"));
            String name = call.info.name();
            FieldSelector fields =
                    FieldSelector.parse(name.isEmpty() ? call.query().get("fieldSelector") : "metadata.name=" + name);
            checkFields(call, fields, call.endpoint.strategy().selectableFields());
            return new Selection(labels, fields, call.endpoint.strategy());
        } catch (IllegalArgumentException e) {
            throw StatusException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static String unknownField(Endpoint endpoint, String field) {
        return switch (endpoint.group()) {
            case "batch" -> "field label " + GoText.quote(field) + " not supported for " + endpoint.kind();
            case "resource.k8s.io" ->
                "field label not supported for " + endpoint.apiVersion() + ", Kind=" + endpoint.kind() + ": " + field;
            default -> "field label not supported: " + field;
        };
    }

    private static void checkFields(Call call, FieldSelector fields, Set<String> known) {
        if (fields.isEverything()) {
            return;
        }
        if (OBJECT_FIELDS.containsAll(known)) {
            fields.allowing(List.copyOf(new TreeSet<>(OBJECT_FIELDS)));
            return;
        }
        for (FieldSelector.Term term : fields.terms()) {
            if (!known.contains(term.field()) && !OBJECT_FIELDS.contains(term.field())) {
                throw StatusException.badRequest(unknownField(call.endpoint, term.field()));
            }
        }
    }

    boolean isEverything() {
        return labels.isEverything() && fields.isEverything();
    }

    /** The one name that selected objects can have; null when there may be several. */
    @Nullable
    String name() {
        return fields.required("metadata.name");
    }

    /** Whether a stored object is selected. */
    boolean matches(MapValue object) {
        if (!labels.isEverything() && !labels.matches(object.map("metadata").map("labels"))) {
            return false;
        }
        return fields.isEverything() || fields.matches(field -> value(object, field));
    }

    @Override
    public boolean matches(Watch.Event event) {
        if (isEverything() || matches(event.object().value())) {
            return true;
        }
        StoredObject previous = event.previous();
        return previous != null && matches(previous.value());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Selection selection
                && labels.equals(selection.labels)
                && fields.equals(selection.fields)
                && strategy == selection.strategy;
    }

    @Override
    public int hashCode() {
        return 31 * labels.hashCode() + fields.hashCode();
    }

    private String value(MapValue object, String field) {
        return switch (field) {
            case "metadata.name" -> object.map("metadata").string("name");
            case "metadata.namespace" -> object.map("metadata").string("namespace");
            default -> strategy.fieldValue(object, field);
        };
    }
}
