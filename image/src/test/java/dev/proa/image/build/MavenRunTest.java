package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MavenRunTest {
    /** What Java says about Maven's libraries, and Maven about itself, is nothing that the user of a project can mend. */
    @Test
    void tellsOfAFailedBuildOnlyWhatIsTheProjects() {
        String output = """
                \u001b[0m\u001b[0mWARNING: A terminally deprecated method in sun.misc.Unsafe has been called
                [WARNING] system modules path not set
                [ERROR] COMPILATION ERROR :\u001b[m
                [ERROR] /app/Main.java:[5,49] incompatible types
                [ERROR] Failed to execute goal compile on project app: Compilation failure -> [Help 1]
                [ERROR]\s
                [ERROR] Re-run Maven using the -X switch to enable full debug logging.
                \u001b[0m\u001b[0m
                """;
        assertThat(MavenRun.essence(output)).isEqualTo("""
                COMPILATION ERROR :
                /app/Main.java:[5,49] incompatible types
                Failed to execute goal compile on project app: Compilation failure""");
    }

    @Test
    void runsTestsOnlyWhenAskedTo() {
        assertThat(MavenRun.goal("", false)).containsExactly("-Dmaven.test.skip=true", "package");
        assertThat(MavenRun.goal("web", false)).containsExactly("-DskipTests", "-am", "-pl", "web", "package");
        assertThat(MavenRun.goal("", true)).containsExactly("package");
        assertThat(MavenRun.goal("web", true)).containsExactly("-am", "-pl", "web", "package");
    }
}
