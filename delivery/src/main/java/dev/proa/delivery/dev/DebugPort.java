package dev.proa.delivery.dev;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.source.Templates;
import dev.proa.image.build.BuiltImage;
import java.util.Map;

/** Has Java applications listen for debuggers (JDWP), on loopback of their pods, where only a forwarded port reaches. */
final class DebugPort {
    static final int NUMBER = 5005;
    private static final String VARIABLE = "JAVA_TOOL_OPTIONS";
    private static final String OPTION =
            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:" + NUMBER;

    private DebugPort() {}

    /** The manifest of a Deployment with the first container of its pods listening; others as they are. */
    static MapValue into(MapValue manifest) {
        if (!manifest.string("kind").equals("Deployment")) {
            return manifest;
        }
        return Templates.changePods(manifest, pod -> {
            MapValue container = pod.list("containers").map(0);
            ListValue variables = container.list("env");
            String given = "";
            for (int i = variables.size() - 1; i >= 0; i--) {
                if (variables.map(i).string("name").equals(VARIABLE)) {
                    given = variables.map(i).string("value") + " ";
                    variables = variables.without(i);
                }
            }
            ListValue all = variables.plus(MapValue.of("name", VARIABLE, "value", given + OPTION));
            return pod.with("containers", pod.list("containers").with(0, container.with("env", all)));
        });
    }

    /** Whether an image starts Java. */
    static boolean isJava(Map<String, BuiltImage> images) {
        return images.values().stream()
                .flatMap(image -> java.util.stream.Stream.concat(
                        image.image().config().entrypoint().stream(), image.image().config().command().stream()))
                .anyMatch(word -> word.equals("java") || word.endsWith("/java"));
    }
}
