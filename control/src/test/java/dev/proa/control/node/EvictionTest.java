package dev.proa.control.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When pods have to leave, in seconds after the taint came; never is a dash. */
class EvictionTest {
    private static final Instant TAINTED = Instant.parse("2026-01-01T00:00:00Z");
    private static final String A = "{'key':'a','effect':'NoExecute','timeAdded':'2026-01-01T00:00:00Z'}";
    private static final String B = "{'key':'b','effect':'NoExecute','timeAdded':'2026-01-01T00:00:00Z'}";

    private static @Nullable Instant time(String taints, String tolerations) {
        Node node = new Node(Json.decodeMap("{'spec':{'taints':[".replace('\'', '"')
                + taints.replace("A", A).replace("B", B).replace('\'', '"') + "]}}"));
        Pod pod = new Pod(Json.decodeMap("{'spec':{'tolerations':[".replace('\'', '"')
                + tolerations
                        .replace("a:", "{'key':'a','operator':'Exists','tolerationSeconds':")
                        .replace("b:", "{'key':'b','operator':'Exists','tolerationSeconds':")
                        .replace("all", "{'operator':'Exists'")
                        .replace(";", "},")
                        .replace('\'', '"')
                + (tolerations.isEmpty() ? "" : "}") + "]}}"));
        return Eviction.time(pod, node.spec().taints(), TAINTED.plusSeconds(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "A   | \"\"      | 0",
                "A   | a:300     | 300",
                "A   | a:0       | 0",
                "A   | a:-5      | 0",
                "A   | all       | -",
                "A   | b:300     | 0",
                "A,B | a:300     | 0",
                "A,B | a:300;b:9 | 9",
                "A,B | all       | -",
                "A   | a:10;a:5  | 10",
                "A   | all;a:5   | -",
                "A   | a:5;all   | 5",
                "A,B | a:5;all   | 5",
            })
    void leavesWhenItsPatienceEnds(String taints, String tolerations, String seconds) {
        Instant expected = seconds.equals("-") ? null : TAINTED.plusSeconds(Long.parseLong(seconds));
        assertThat(time(taints, tolerations)).isEqualTo(expected);
    }
}
