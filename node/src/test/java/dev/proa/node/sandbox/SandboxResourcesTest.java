package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.cri.ContainerRuntime.Resources;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits that change while containers run. */
class SandboxResourcesTest extends SandboxTests {
    private static Resources limits(long quota, long memory) {
        return new Resources(512, quota, 100_000, memory, Map.of());
    }

    @Test
    void aContainerHasWhatItWasToldLast() {
        String id = started(
                sandbox("web"),
                new ConfigBuilder("sleep 1000")
                        .resources(limits(50_000, 64 << 20))
                        .build());
        assertThat(fixture.runtime.containerResources(id)).isEqualTo(limits(50_000, 64 << 20));
        fixture.runtime.updateContainerResources(id, limits(20_000, (32 << 20) + 7));
        assertThat(fixture.runtime.containerResources(id)).isEqualTo(limits(20_000, (32 << 20) + 7));
        assertThat(fixture.runtime.containerStatus(id).config().resources()).isEqualTo(limits(20_000, (32 << 20) + 7));
        fixture.runtime.updateContainerResources(id, limits(0, 0));
        assertThat(fixture.runtime.containerResources(id)).isEqualTo(limits(0, 0));
    }

    /** With version 1 of control groups no group may have more processor time than the one above it, whoever is in it. */
    @Test
    void aPodShrinksWhateverContainersThatEndedHad() throws Exception {
        String sandbox = sandbox("web");
        fixture.runtime.updatePodSandboxResources(sandbox, limits(50_000, 64 << 20));
        String ended = started(
                sandbox,
                new ConfigBuilder("true").resources(limits(50_000, 64 << 20)).build());
        ended(ended);
        fixture.runtime.updatePodSandboxResources(sandbox, limits(20_000, 32 << 20));
        assertThat(fixture.runtime.podSandboxStatus(sandbox).config().resources())
                .isEqualTo(limits(20_000, 32 << 20));
        fixture.reopen();
        assertThat(fixture.runtime.podSandboxStatus(sandbox).config().resources())
                .isEqualTo(limits(20_000, 32 << 20));
    }
}
