package dev.proa.node.sandbox;

import dev.proa.node.linux.Cgroup;
import dev.proa.node.network.PodNetwork;
import dev.proa.node.sandbox.program.Shim;
import dev.proa.node.sandbox.state.Records;
import dev.proa.node.sandbox.state.Records.ContainerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the sandboxes and containers that an earlier process has left in a state directory, and that may still run. */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Path state;
    private final Function<String, Cgroup> cgroups;
    private final PodNetwork network;
    private final Container.Surroundings surroundings;

    /** @param cgroups the control group of a sandbox, by its id */
    Recovery(Path state, Function<String, Cgroup> cgroups, PodNetwork network, Container.Surroundings surroundings) {
        this.state = state;
        this.cgroups = cgroups;
        this.network = network;
        this.surroundings = surroundings;
    }

    /** Recovers one entry of the state directory; null for what is to be forgotten. */
    private interface One<T> {
        @Nullable
        T recover(Path directory) throws IOException;
    }

    /** The sandboxes, by id. */
    Map<String, Sandbox> sandboxes() throws IOException {
        return each("sandboxes", directory -> Sandbox.recover(directory, cgroups, network, surroundings.remains()));
    }

    /** The containers of these sandboxes, by id; what has no sandbox is removed. */
    Map<String, Container> containers(Map<String, Sandbox> sandboxes) throws IOException {
        return each("containers", directory -> container(directory, sandboxes));
    }

    private @Nullable Container container(Path directory, Map<String, Sandbox> sandboxes) throws IOException {
        Path file = directory.resolve("container.json");
        ContainerRecord record = Files.exists(file) ? Records.readContainer(Files.readAllBytes(file)) : null;
        Sandbox sandbox = record == null ? null : sandboxes.get(record.sandboxId());
        if (record == null || sandbox == null) {
            // Its creation or removal was interrupted.
            Shim.endLeftOver(directory.getFileName().toString(), directory);
            surroundings.remains().delete(directory);
            return null;
        }
        Container container = new Container(record, sandbox, directory, surroundings);
        container.recover();
        return container;
    }

    /** Recovers all of a kind; a damaged record does not affect the others. */
    private <T> Map<String, T> each(String kind, One<T> one) throws IOException {
        Map<String, T> recovered = new HashMap<>();
        try (Stream<Path> entries = Files.list(state.resolve(kind))) {
            for (Path entry : entries.toList()) {
                try {
                    T found = one.recover(entry);
                    if (found != null) {
                        recovered.put(entry.getFileName().toString(), found);
                    }
                } catch (IOException | RuntimeException e) {
                    LOG.warn("what is left in {} is not understood, and stays", entry, e);
                }
            }
        }
        return recovered;
    }
}
