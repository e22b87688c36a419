package dev.proa.control.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.TestCluster;
import dev.proa.control.shared.World;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jobs are after each step as those of the real control plane were, with the same status, pods and events. How those were is in {@code
 * jobs.json}, written by {@link RecordJobs}.
 */
class JobFactsTest {
    static Stream<Arguments> histories() throws IOException {
        try (InputStream in = JobFactsTest.class.getResourceAsStream("jobs.json")) {
            assertThat(in).isNotNull();
            ListValue all = Json.decodeMap(in.readAllBytes()).list("jobs");
            return IntStream.range(0, all.size())
                    .mapToObj(i ->
                            Arguments.of(all.map(i).string("name"), all.map(i).list("steps")));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("histories")
    void goesAsItDoesInKubernetes(String name, ListValue steps) throws Exception {
        SimulatedClock clock = new SimulatedClock();
        try (TestCluster cluster = new TestCluster(clock)) {
            cluster.start(JobController::new);
            JobDriver driver = new JobDriver(World.simulated(cluster, clock));
            for (int i = 0; i < steps.size(); i++) {
                ListValue actions = steps.map(i).list("do");
                for (int j = 0; j < actions.size(); j++) {
                    driver.act(actions.map(j));
                }
                MapValue expected = steps.map(i).map("then");
                Supplier<MapValue> lookLater = () -> {
                    clock.advance(Duration.ofMillis(50)); // a Job is looked at some time after its pods have changed
                    return driver.look();
                };
                String step = "step " + i + " of " + name + ", " + actions;
                Await.until(step + ": " + expected, lookLater, expected::equals);
                World.awaitQuiet(cluster);
                assertThat(driver.look()).as(step).isEqualTo(expected);
            }
        }
    }
}
