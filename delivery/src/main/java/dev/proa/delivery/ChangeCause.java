package dev.proa.delivery;

import dev.proa.api.value.MapValue;
import java.nio.file.Path;
import java.util.Map;

/**
 * Why the pods of a workload changed, and by whom. It is noted at the workload, from where its controller copies it to the
 * revision, so that the history tells it.
 *
 * @param text empty for none
 */
record ChangeCause(String text, String by) {
    static final String CAUSE = "kubernetes.io/change-cause";
    static final String BY = "proa.dev/deployed-by";
    static final ChangeCause NONE = new ChangeCause("", "");

    /** The cause of a deployment by this machine's user, who may have called {@code sudo}. */
    static ChangeCause of(String image, Path project) {
        Map<String, String> environment = System.getenv();
        String user = environment.getOrDefault("SUDO_USER", System.getProperty("user.name"));
        return new ChangeCause("proa deploy of " + (image.isEmpty() ? project : image), user);
    }

    /** The workload with this cause; other objects, and causes that its manifest gives, stay as they are. */
    MapValue on(MapValue object) {
        if (text.isEmpty() || !Workload.KINDS.contains(object.string("kind"))) {
            return object;
        }
        MapValue annotations = object.map("metadata").map("annotations");
        boolean given =
                Applier.lastApplied(object).map("metadata").map("annotations").has(CAUSE);
        MapValue noted = (given ? annotations : annotations.with(CAUSE, text)).with(BY, by);
        return object.withMap("metadata", metadata -> metadata.with("annotations", noted));
    }
}
