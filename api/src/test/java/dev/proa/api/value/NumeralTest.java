package dev.proa.api.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import org.junit.jupiter.api.Test;

class NumeralTest {
    @Test
    void isPlainlyALongOrADouble() {
        assertThat(new Numeral("-0").plain()).isEqualTo(0L);
        assertThat(new Numeral("1e3").plain()).isEqualTo(1000.0);
        assertThat(new Numeral("9223372036854775808").plain()).isEqualTo(0x1p63);
        assertThat(new Numeral("123456789012345678901").longValue()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void onlyWhatHasOneIsMadePlain() {
        MapValue without = Json.decodeMap("{\"a\":[1,{\"b\":1.5}],\"c\":{\"d\":\"x\"}}");
        assertThat(Numeral.plain(without)).isSameAs(without);
        MapValue with = Json.decodeMap("{\"a\":[1,{\"b\":1.0}],\"c\":{\"d\":1E2}}");
        assertThat(Json.toString(Numeral.plain(with))).isEqualTo("{\"a\":[1,{\"b\":1}],\"c\":{\"d\":100}}");
    }

    /** What kubectl shows of the data of a ControllerRevision. */
    @Test
    void yamlHasUnsignedIntegersAndFloats() {
        assertThat(
                        Yaml.toString(
                                Json.decodeMap(
                                        "{\"a\":1234567.5,\"b\":123456.5,\"c\":3.0e10,\"d\":18446744073709551615,"
                                                + "\"e\":18446744073709551616,\"f\":-0,\"g\":-0.0,\"h\":0.00001,\"i\":0.0001,\"j\":1e19}")))
                .isEqualTo("""
                        a: 1.2345675e+06
                        b: 123456.5
                        c: 3e+10
                        d: 18446744073709551615
                        e: 1.8446744073709552e+19
                        f: 0
                        g: -0
                        h: 1e-05
                        i: 0.0001
                        j: 1e+19
                        """);
    }

    @Test
    void goPrintsIt() {
        assertThat(GoText.printed(Json.decodeMap("{\"a\":1e3,\"b\":1234567.5,\"c\":[9223372036854775808]}")))
                .isEqualTo("map[a:1000 b:1.2345675e+06 c:[9.223372036854776e+18]]");
    }
}
