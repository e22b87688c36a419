package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.linux.Architecture;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SandboxRequirementsTest {
    @Test
    void namesARemedyForWhatIsMissing() throws Exception {
        assertThat(SandboxRequirements.missing(Path.of("/proc/none")))
                .isNotEmpty()
                .allSatisfy(missing -> assertThat(missing.remedy()).isNotBlank());
        assertThat(new SandboxRequirements.Missing("a", "b")).hasToString("a: b");
    }

    @Test
    void findsNothingMissingHere() throws Exception {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
        assumeTrue("root".equals(System.getProperty("user.name")), "root has what is needed");
        List<SandboxRequirements.Missing> missing =
                SandboxRequirements.missing(Path.of(System.getProperty("java.io.tmpdir"), "not-there-yet"));
        assumeTrue(missing.isEmpty(), "this machine lacks something: " + missing);
    }
}
