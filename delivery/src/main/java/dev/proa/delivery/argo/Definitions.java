package dev.proa.delivery.argo;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The CustomResourceDefinitions of the five kinds, as Argo Rollouts has them but without descriptions. */
public final class Definitions {
    private static final List<String> PLURALS =
            List.of("rollouts", "analysistemplates", "clusteranalysistemplates", "analysisruns", "experiments");

    private Definitions() {}

    /** Reads all of them; each call reads anew, since they are needed once. */
    public static List<MapValue> all() {
        return PLURALS.stream().map(Definitions::read).toList();
    }

    private static MapValue read(String plural) {
        try (InputStream in = Definitions.class.getResourceAsStream(plural + ".json")) {
            if (in == null) {
                throw new IllegalStateException("the definition of " + plural + " is missing from the program");
            }
            return Json.decodeMap(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
