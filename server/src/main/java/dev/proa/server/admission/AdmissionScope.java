package dev.proa.server.admission;

import dev.proa.server.catalog.ApiCatalog;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What the plugins share while they admit one request: what is served, whether the mutating ones are asked again (reinvocation), and
 * the annotations of the request's audit events. For one thread.
 */
public final class AdmissionScope {
    private final ApiCatalog catalog;
    private final BiConsumer<String, String> annotations;
    private final Map<String, Object> kept = new HashMap<>(2);
    private final boolean repeated;
    private boolean again;
    private boolean reinvoked;

    /**
     * @param catalog what is served to the request
     * @param annotations takes annotations of its audit events; any thread may call it
     */
    public AdmissionScope(ApiCatalog catalog, BiConsumer<String, String> annotations) {
        this(catalog, annotations, false);
    }

    /**
     * @param catalog what is served to the request
     * @param annotations takes annotations of its audit events; any thread may call it
     * @param repeated whether all plugins have let an earlier attempt of the same request pass
     */
    public AdmissionScope(ApiCatalog catalog, BiConsumer<String, String> annotations, boolean repeated) {
        this.catalog = catalog;
        this.annotations = annotations;
        this.repeated = repeated;
    }

    /** Whether all plugins have let an earlier attempt of the same request pass: it was to have a name or an address that was taken. */
    public boolean isRepeated() {
        return repeated;
    }

    /** What is served to the request. */
    public ApiCatalog catalog() {
        return catalog;
    }

    /** Annotates the audit events of the request. */
    public void annotate(String name, String value) {
        annotations.accept(name, value);
    }

    /** Asks that all mutating plugins see the object once more, because one changed it that others could not foresee. */
    public void requireReinvocation() {
        again = true;
    }

    /** Whether the mutating plugins see the request for the second time, which is the last. */
    public boolean isReinvoked() {
        return reinvoked;
    }

    /** What a plugin remembers from the first time to the second, by its name. */
    public <T> T remembered(String plugin, Class<T> type, Supplier<T> first) {
        return type.cast(kept.computeIfAbsent(plugin, name -> first.get()));
    }

    /** Begins the second time, if one is due. */
    boolean reinvoke() {
        if (!again || reinvoked) {
            return false;
        }
        reinvoked = true;
        return true;
    }
}
