package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.control.resourceclaim.DeviceSelectors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The expressions that were compiled last. Thread-safe. */
final class CompiledSelectors {
    private static final int KEPT = 100;

    private final Map<String, DeviceSelectors.Selector> compiled = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, DeviceSelectors.Selector> eldest) {
            return size() > KEPT;
        }
    };
    private @Nullable DeviceSelectors compiler;

    synchronized DeviceSelectors.Selector of(String expression) {
        DeviceSelectors.Selector known = compiled.get(expression);
        if (known == null) {
            DeviceSelectors loaded = compiler == null ? DeviceSelectors.load() : compiler;
            compiler = loaded;
            known = loaded.compile(expression);
            compiled.put(expression, known);
        }
        return known;
    }
}
