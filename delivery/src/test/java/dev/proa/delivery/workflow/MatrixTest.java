package dev.proa.delivery.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.delivery.workflow.expression.Values;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixTest {
    private static List<String> titles(String json) {
        return Matrix.combinations(Values.fromJson(json)).stream()
                .map(Matrix::title)
                .toList();
    }

    /** The example of GitHub's documentation. */
    @Test
    void includesExtendWhatTheyDoNotChange() {
        assertThat(titles("""
                {"fruit": ["apple", "pear"], "animal": ["cat", "dog"], "include": [
                  {"color": "green"}, {"color": "pink", "animal": "cat"}, {"fruit": "apple", "shape": "circle"},
                  {"fruit": "banana"}, {"fruit": "banana", "animal": "cat"}]}
                """))
                .containsExactly(
                        "apple, cat, pink, circle",
                        "apple, dog, green, circle",
                        "pear, cat, pink",
                        "pear, dog, green",
                        "banana",
                        "banana, cat");
    }

    @Test
    void excludesNeedNotNameEverything() {
        assertThat(
                        titles(
                                "{\"a\": [1, 2], \"b\": [{\"x\": 1, \"y\": 2}, {\"x\": 2}], \"exclude\": [{\"a\": 1, \"b\": {\"x\": 1}}]}"))
                .containsExactly("1, 2", "2, 1, 2", "2, 2");
    }

    @Test
    void whatIsNoMatrixIsRefused() {
        assertThatThrownBy(() -> titles("{\"a\": 1}")).hasMessage("'a' of the matrix must be a list");
        assertThatThrownBy(() -> titles("{\"a\": []}")).hasMessage("the matrix has no combination");
        String ten = "[1,2,3,4,5,6,7,8,9,10]";
        assertThatThrownBy(() -> titles("{\"a\": " + ten + ", \"b\": " + ten + ", \"c\": " + ten + ", \"d\": " + ten
                        + ", \"e\": " + ten + "}"))
                .hasMessageContaining("256");
    }

    @ParameterizedTest
    @CsvSource({
        "*, a, true",
        "*, a/b, false",
        "**, a/b, true",
        "releases/**-alpha, releases/beta/3-alpha, true",
        "v[12].[0-9]+.[0-9]+, v1.10.1, true",
        "v[12].[0-9]+.[0-9]+, v3.1.1, false",
        "*.jsx?, page.js, true",
        "*.jsx?, page.jsx, true",
        "**.js, src/js/app.js, true",
        "**/docs/**, docs/hello.md, true",
        "**/docs/**, dir/docs/my-file.txt, true",
        "docs/**/*.md, docs/hello.md, true",
        "**/README.md, README.md, true",
        "**/*-post.md, path/a-post.md, true",
        "*feature, the-feature, true",
        "v2*, v2.9, true",
        "v2*, v1, false",
        "a.b, axb, false",
        "docs/*, docs/a/b, false",
        "\\*x, *x, true",
    })
    void patternsAreThoseOfTheDocumentation(String pattern, String name, boolean matches) {
        assertThat(Filters.of(List.of(pattern)).match(name)).isEqualTo(matches);
    }

    @Test
    void theLastPatternThatMatchesCounts() {
        Filters filters = Filters.of(List.of("releases/**", "!releases/**-alpha", "releases/9-alpha"));
        assertThat(filters.match("releases/10")).isTrue();
        assertThat(filters.match("releases/10-alpha")).isFalse();
        assertThat(filters.match("releases/9-alpha")).isTrue();
        assertThatThrownBy(() -> Filters.of(List.of("a[b"))).hasMessageContaining("not closed");
    }
}
