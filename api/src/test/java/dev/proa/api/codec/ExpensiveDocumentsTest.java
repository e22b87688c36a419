package dev.proa.api.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.patch.JsonMergePatch;
import dev.proa.api.patch.JsonPatch;
import dev.proa.api.patch.PatchException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Documents of the size of a request that would cost more than their size: each is done with, or refused, in a moment. */
@Timeout(30)
class ExpensiveDocumentsTest {
    private static final int LARGE = 2_900_000;

    private static @org.jspecify.annotations.Nullable Object yaml(String text) {
        return Yaml.decode(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void longNumbersAreNoIntegers() {
        assertThat(yaml("9007199254740993")).isEqualTo(9007199254740993L);
        assertThat(yaml("'" + "9".repeat(26) + "'")).isEqualTo("9".repeat(26));
        assertThat(yaml("9".repeat(26))).isEqualTo(1e26);
        for (String prefix : List.of("", "-", "0o", "0", "0x", "0b", "1_")) {
            String number = prefix + "1".repeat(LARGE);
            try {
                assertThat(yaml(number)).isEqualTo(number);
            } catch (DecodeException e) {
                assertThat(e).hasMessageContaining("cannot unmarshal number");
            }
        }
    }

    @Test
    void commentsAndWordsOfAnyLengthAreRead() {
        assertThat(yaml("#" + "x".repeat(LARGE) + "\na")).isEqualTo("a");
        assertThat(yaml("a: " + "x".repeat(LARGE))).isEqualTo(MapValue.of("a", "x".repeat(LARGE)));
        assertThat(yaml("a: \"" + "x".repeat(LARGE) + "\"")).isEqualTo(MapValue.of("a", "x".repeat(LARGE)));
    }

    @Test
    void aliasesOfLongTextsCountAsTheyAreLong() {
        String document = "a: &a " + "x".repeat(1_000_000) + "\nb: [" + "*a,".repeat(10_000) + "*a]";
        assertThatThrownBy(() -> yaml(document)).hasMessageContaining("excessive aliasing");
    }

    @Test
    void pathsOfDuplicatesAreMadeForAFewOnly() {
        List<String> duplicates = new ArrayList<>();
        String json = "{" + "\"a\":1,".repeat(400_000) + "\"a\":1}";
        Json.decode(json.getBytes(StandardCharsets.UTF_8), duplicates::add);
        Yaml.decode(json.getBytes(StandardCharsets.UTF_8), duplicates::add);
        assertThat(duplicates).hasSize(2 * DecodeException.MOST_PROBLEMS);
    }

    @Test
    void copiesAddOnlySoMuch() {
        List<Object> doubling = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            doubling.add(MapValue.of("op", "copy", "from", "/l", "path", "/l/-"));
        }
        MapValue target = MapValue.of("l", ListValue.of("x".repeat(100)));
        assertThatThrownBy(() -> JsonPatch.of(ListValue.copyOf(doubling)).apply(target))
                .isInstanceOf(PatchException.class)
                .hasMessageContaining("exceeding the limit");
    }

    @Test
    void changesOfLongListsCountByTheirLength() {
        List<Object> operations = new ArrayList<>();
        for (int i = 0; i < JsonPatch.MAX_OPERATIONS; i++) {
            operations.add(MapValue.of("op", "add", "path", "/l/0", "value", 1L));
        }
        MapValue target = MapValue.of("l", ListValue.copyOf(java.util.Collections.nCopies(500_000, "x")));
        assertThatThrownBy(() -> JsonPatch.of(ListValue.copyOf(operations)).apply(target))
                .isInstanceOf(PatchException.class)
                .hasMessageContaining("too long, too often");
    }

    @Test
    void mergesOfManyNamesTakeTheTimeOfOnePass() {
        MapValue.Builder names = MapValue.builder(300_000);
        for (int i = 0; i < 300_000; i++) {
            names.put("n" + i, null);
        }
        long start = System.nanoTime();
        assertThat(JsonMergePatch.apply(MapValue.of("a", 1L), names.build())).isEqualTo(MapValue.of("a", 1L));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
}
