package dev.proa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.bench.Choice.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChoiceTest {

    @Test
    void withoutAChoiceEverythingIsMeasured() {
        Choice choice = Choice.parse(List.of());

        assertThat(choice.everything()).isTrue();
        assertThat(choice.with(List.of("-pods", "1000")).load()).containsExactly("-pods", "1000");
    }

    @Test
    void whatWasNotChosenIsLeftOut() {
        Choice choice = Choice.parse(List.of("--only", "watches,lists", "--alone", "-watchers", "10"));

        assertThat(choice.parts()).containsExactlyInAnyOrder(Part.WATCHES, Part.LISTS);
        assertThat(choice.alone()).isTrue();
        assertThat(choice.everything()).isFalse();
        assertThat(choice.works()).isTrue();
        assertThat(choice.with(choice.load()).load()).containsExactly("-watchers", "10", "-writes", "0", "-pods", "0");
        assertThat(Choice.parse(List.of("--only", "idle")).works()).isFalse();
    }

    @Test
    void theTableOfPodsIsWrittenOnlyWhenNothingOfItIsLeftOut() {
        Choice all = Choice.parse(List.of("--only", "scheduler,workloads"));
        Choice some =
                Choice.parse(List.of("--only", "scheduler,workloads", "--nodes", "500", "--shapes", "SchedulingBasic"));

        assertThat(all.allOfPods()).isTrue();
        assertThat(all.everything()).isFalse();
        assertThat(all.works()).isFalse();
        assertThat(all.nodes()).containsExactly(500, 5000);
        assertThat(some.allOfPods()).isFalse();
        assertThat(some.shapes()).containsExactly(SchedulerShape.BASIC);
        assertThat(Choice.parse(List.of("--only", "scheduler,workloads", "--jobs", "10"))
                        .allOfPods())
                .isFalse();
        assertThat(Choice.parse(List.of()).allOfPods()).isFalse();
    }

    @Test
    void anUnknownPartIsRefused() {
        assertThatThrownBy(() -> Choice.parse(List.of("--only", "wathces")))
                .hasMessageContaining("wathces")
                .hasMessageContaining("watches");
        assertThatThrownBy(() -> Choice.parse(List.of("--only"))).hasMessageContaining("--only");
        assertThatThrownBy(() -> Choice.parse(List.of("--shapes", "Basic"))).hasMessageContaining("SchedulingBasic");
    }
}
