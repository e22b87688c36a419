package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HomeTest {
    @Test
    void isWhereProaHomeSays() {
        assertThat(Home.of(Map.of("PROA_HOME", "/a", "XDG_DATA_HOME", "/b", "HOME", "/c"))
                        .directory())
                .isEqualTo(Path.of("/a"));
    }

    @Test
    void followsTheRulesOfXdg() {
        assertThat(Home.of(Map.of("XDG_DATA_HOME", "/b", "HOME", "/c")).directory())
                .isEqualTo(Path.of("/b/proa"));
        assertThat(Home.of(Map.of("HOME", "/c")).directory()).isEqualTo(Path.of("/c/.local/share/proa"));
    }

    @Test
    void takesAnEmptyVariableForNone() {
        assertThat(Home.of(Map.of("PROA_HOME", "", "XDG_DATA_HOME", "", "HOME", "/c"))
                        .directory())
                .isEqualTo(Path.of("/c/.local/share/proa"));
    }

    /** The specification: "If an implementation encounters a relative path it should consider the path invalid and ignore it." */
    @Test
    void ignoresARelativeXdgPath() {
        assertThat(Home.of(Map.of("XDG_DATA_HOME", "data", "HOME", "/c")).directory())
                .isEqualTo(Path.of("/c/.local/share/proa"));
    }

    @Test
    void givesEachClusterADirectoryAndAllOneCache() {
        Home home = new Home(Path.of("/h"));
        assertThat(home.cluster("a").directory()).isEqualTo(Path.of("/h/clusters/a"));
        assertThat(home.cluster("a").images()).isEqualTo(Path.of("/h/clusters/a/images"));
        assertThat(home.cache()).isEqualTo(Path.of("/h/cache"));
    }
}
