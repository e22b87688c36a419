package dev.proa.api.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1.0, 1",
        "-0.0, -0",
        "-0, 0",
        "1.50, 1.5",
        "1e3, 1000",
        "1e20, 100000000000000000000",
        "1e21, 1e+21",
        "1.25e-7, 1.25e-7",
        "0.000001, 0.000001",
        "9223372036854775807, 9223372036854775807",
        "9223372036854775808, 9223372036854776000",
        "-1.5e300, -1.5e+300"
    })
    void keepsNumbersAsTheyAreWritten(String read, String plain) {
        Object number = Json.decode(read.getBytes(StandardCharsets.UTF_8));
        assertThat(Json.toString(number)).isEqualTo(read);
        assertThat(Json.toString(Numeral.plain(number)))
                .describedAs("as Go's encoder writes what its decoder read")
                .isEqualTo(plain);
        assertThat(Json.decode(Json.encode(number))).isEqualTo(number);
    }

    @Test
    void tellsOfNamesThatAreThereTwice() {
        List<String> duplicates = new ArrayList<>();
        Object value = Json.decode(
                "{\"b\":1,\"a\":{\"x\":[{},{\"y\":1,\"y\":2}],\"x2\":0},\"b\":2,\"c\":3,\"c\":4}"
                        .getBytes(StandardCharsets.UTF_8),
                duplicates::add);
        assertThat(duplicates).containsExactlyInAnyOrder("a.x[1].y", "b", "c");
        assertThat(Json.toString(value)).isEqualTo("{\"a\":{\"x\":[{},{\"y\":2}],\"x2\":0},\"b\":2,\"c\":4}");
        StringBuilder large = new StringBuilder("{\"k5\":0");
        for (int i = 99; i >= 0; i--) {
            large.append(",\"k").append(i).append("\":1");
        }
        duplicates.clear();
        Json.decode(large.append('}').toString().getBytes(StandardCharsets.UTF_8), duplicates::add);
        assertThat(duplicates).containsExactly("k5");
    }

    /** As Go's decoder has it, in names as well as in values. */
    @Test
    void replacesWhatIsNotUnicode() {
        String json =
                "{\"a\\ud800\":\"\\udc00b\\ud83d\\ude00\\ud83dx\",\"\\\\ud800\":\"\\\\\",\"\\udfff\\ud800\":\"\u00e4\u20ac\ud83d\ude00\"}";
        assertThat(Json.decodeMap(json))
                .isEqualTo(MapValue.of(
                        "a\uFFFD",
                        "\uFFFDb\ud83d\ude00\uFFFDx",
                        "\\ud800",
                        "\\",
                        "\uFFFD\uFFFD",
                        "\u00e4\u20ac\ud83d\ude00"));
        String bytes =
                "{\"a\u00ff\":\"\u00ed\u00a0\u0080|\u00c3|\u00c0\u00af|\u00f0\u009f\u0098|\u00f4\u0090\u0080\u0080\"}";
        assertThat(Json.decodeMap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo(MapValue.of(
                        "a\uFFFD",
                        "\uFFFD\uFFFD\uFFFD|\uFFFD|\uFFFD\uFFFD|\uFFFD\uFFFD\uFFFD|\uFFFD\uFFFD\uFFFD\uFFFD"));
        List<String> duplicates = new ArrayList<>();
        Json.decode("{\"a\":1,\"a\":2,\"\\ud800\":1,\"\\udc00\":2}".getBytes(StandardCharsets.UTF_8), duplicates::add);
        assertThat(duplicates).containsExactlyInAnyOrder("a", "\uFFFD");
        assertThatThrownBy(() -> Json.decodeMap("{\"\\ud800\":}")).isInstanceOf(DecodeException.class);
    }

    @Test
    void refusesWhatIsNotJson() {
        assertThatThrownBy(() -> Json.decodeMap("[1]")).hasMessage("the JSON document is not an object");
        assertThatThrownBy(() -> Json.decodeMap("{\"a\":}")).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> Json.decodeMap("{} {}")).hasMessageContaining("after the end");
        assertThatThrownBy(() -> Json.decodeMap("{\"a\":1e400}"))
                .hasMessage("json: cannot unmarshal number 1e400 into Go value of type float64");
        assertThatThrownBy(() -> Json.decodeMap("{\"a\":-1" + "0".repeat(400) + "}"))
                .isInstanceOf(DecodeException.class)
                .hasMessageStartingWith("json: cannot unmarshal number -1000");
        assertThatThrownBy(() -> Json.decodeMap("{\"a\":".repeat(2_000))).isInstanceOf(DecodeException.class);
    }

    @Test
    void mergesObjectsOfOneNameAsGoDoes() {
        byte[] json = "{\"m\":{\"a\":1,\"l\":{\"x\":1}},\"m\":{\"b\":2,\"l\":{\"y\":2}},\"s\":[1],\"s\":[2]}"
                .getBytes(StandardCharsets.UTF_8);
        List<String> duplicates = new ArrayList<>();

        assertThat(Json.toString(Json.decodeMerged(json, duplicates::add)))
                .isEqualTo("{\"m\":{\"a\":1,\"b\":2,\"l\":{\"x\":1,\"y\":2}},\"s\":[2]}");
        assertThat(duplicates).containsExactlyInAnyOrder("m", "s");
        assertThat(Json.toString(Json.decode(json))).isEqualTo("{\"m\":{\"b\":2,\"l\":{\"y\":2}},\"s\":[2]}");
    }

    @Test
    void replacesHalvesOfSurrogatePairs() {
        assertThat(Json.toString(Json.decodeMap("{\"a\":\"x\\ud800y\",\"b\":\"\\ud83d\\ude00\"}")))
                .isEqualTo("{\"a\":\"x\uFFFDy\",\"b\":\"\uD83D\uDE00\"}");
    }

    @Test
    void refusesByteOrderMarksAndUtf16() {
        assertThatThrownBy(() -> Json.decodeMap("\uFEFF{}"))
                .hasMessage("invalid character '\u00ef' looking for beginning of value");
        assertThatThrownBy(() -> Json.decodeMap("{}".getBytes(StandardCharsets.UTF_16LE)))
                .isInstanceOf(DecodeException.class);
    }
}
