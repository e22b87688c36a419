package dev.proa.delivery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasksTest {
    @Test
    void aTextIsHiddenWithEachOfItsLines() {
        Masks masks = new Masks(List.of("first line\nsecond line"));

        assertThat(masks.hide("a first line, a second line")).isEqualTo("a ***, a ***");
    }

    /** As in the header of the Basic scheme, whatever the length of the user's name. */
    @ParameterizedTest
    @ValueSource(strings = {"", "a:", "me:", "you:", "user:"})
    void base64OfATextIsHiddenWhateverPrecedesIt(String before) {
        String token = "ghp_0123456789abcdef";
        Masks masks = new Masks(List.of(token));

        String shown = masks.hide(
                Base64.getEncoder().encodeToString((before + token + "\n").getBytes(StandardCharsets.UTF_8)));

        assertThat(shown).contains("***").hasSizeLessThan(20);
    }
}
