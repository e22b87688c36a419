package dev.proa.image.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operators in short; {@link OracleTest} has all of their oddities. */
class WordsTest {
    private final Map<String, String> variables = Map.of("X", "/usr/lib/a.tar.gz", "E", "", "T", "two words");
    private final Expander expander = new Words('\\').expander(variables::get);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "$X/b | /usr/lib/a.tar.gz/b",
                "${E:-d} ${E-d} ${U-d} | d  d",
                "${E:+a}${E+b}${X:+c} | bc",
                "${X#*/} ${X##*/} | usr/lib/a.tar.gz a.tar.gz",
                "${X%.*} ${X%%.*} | /usr/lib/a.tar /usr/lib/a",
                "${X/a/A} ${X//\\//:} | /usr/lib/A.tar.gz :usr:lib:a.tar.gz",
                "'$X' \"$T\" \\$X a\\ b | $X two words $X a b",
                "${U:-${U:-\"${E:-deep}\"}} | deep",
            })
    void expandsWords(String word, String expected) {
        assertThat(expander.word(word)).isEqualTo(expected);
    }

    @Test
    void splitsWhatIsNotQuoted() {
        assertThat(expander.words("$T \"$T\" 'a b'\\ c \"\"")).containsExactly("two", "words", "two words", "a b c");
        // BuildKit loses the 8 here.
        assertThat(expander.words("8${U:-0 90}")).containsExactly("80", "90");
    }

    @Test
    void keepsQuotesInHeredocs() {
        assertThat(expander.content("a='$T' \"$E\" \\$X\n")).isEqualTo("a='two words' \"\" $X\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${U:?is missing} | U: is missing",
                "${E:?} | E: is not allowed to be empty",
                "${X | unsupported modifier () in substitution",
                "\"$X | looking for matching double-quote",
                "${X/a | missing '/' in ${}",
                "${X^} | unsupported modifier (^)",
            })
    void saysWhatIsWrong(String word, String problem) {
        assertThatThrownBy(() -> expander.word(word))
                .isInstanceOf(SyntaxProblem.class)
                .hasMessageContaining(problem);
    }

    @Test
    void growsWithinBoundsAndTime() {
        String large = "a".repeat(Words.MAX_WORD);
        Expander hostile = new Words('\\').expander(name -> large);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            assertThatThrownBy(() -> hostile.word("$A$A")).hasMessageContaining("expands to more than 1048576");
            assertThatThrownBy(() -> hostile.word("\"$A$A\"")).hasMessageContaining("expands to more than 1048576");
            assertThatThrownBy(() -> hostile.word("${A//a/bb}")).hasMessageContaining("expands to more than");
            assertThatThrownBy(() -> hostile.word("${A:-".repeat(1000) + "}".repeat(1000)))
                    .hasMessageContaining("substitutions in one another");
            assertThat(hostile.word("${A%%" + "*b".repeat(100) + "}")).isEqualTo(large);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            hostile.word("$A");
                        }
                    })
                    .hasMessageContaining("variables of this Dockerfile expand to more than");
        });
    }
}
