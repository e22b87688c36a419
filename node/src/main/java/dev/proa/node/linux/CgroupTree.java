package dev.proa.node.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The control groups of this machine: which version it has, and where. */
public sealed interface CgroupTree {
    /** The group at a path below the root, {@code proa/pod1}. */
    Cgroup group(String path);

    /** 1 or 2. */
    int version();

    /** Version 2: one hierarchy with all controllers. */
    record Unified(Path root) implements CgroupTree {
        @Override
        public Cgroup group(String path) {
            return new CgroupV2(root, root.resolve(path));
        }

        @Override
        public int version() {
            return 2;
        }
    }

    /**
     * Version 1.
     *
     * @param roots where each controller is mounted, by its name; several may share a mount
     * @param others where the hierarchies without any of those are mounted: of other controllers, of none ({@code name=systemd}), and
     *     that of version 2. They set no limit here, but a process outside of every group of one could act as root of all of it
     */
    record PerController(Map<String, Path> roots, Set<Path> others) implements CgroupTree {
        static final List<String> USED = List.of("cpu", "cpuacct", "memory", "pids");

        public PerController {
            roots = Map.copyOf(roots);
            others = Set.copyOf(others);
        }

        @Override
        public Cgroup group(String path) {
            return new CgroupV1(roots, others, path);
        }

        @Override
        public int version() {
            return 1;
        }
    }

    /** Detects what is mounted; version 2 is used if it has the memory controller. Empty when there is neither. */
    static Optional<CgroupTree> detect() throws IOException {
        Map<String, Path> roots = new LinkedHashMap<>();
        Map<String, Path> others = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            // id parent major:minor root point options [tags] - type source super-options
            int dash = line.indexOf(" - ");
            Path point = Path.of(line.split(" ", 6)[4]);
            String[] type = line.substring(dash + 3).split(" ");
            if (type[0].equals("cgroup2")) {
                Path controllers = point.resolve("cgroup.controllers");
                if (Files.exists(controllers)
                        && List.of(Files.readString(controllers).strip().split(" "))
                                .contains("memory")) {
                    return Optional.of(new Unified(point));
                }
                others.putIfAbsent("cgroup2", point);
            } else if (type[0].equals("cgroup")) {
                List<String> options = List.of(type[2].split(","));
                List<String> used =
                        options.stream().filter(PerController.USED::contains).toList();
                used.forEach(controller -> roots.putIfAbsent(controller, point));
                if (used.isEmpty()) {
                    others.putIfAbsent(type[2], point);
                }
            }
        }
        return roots.containsKey("memory") && roots.containsKey("cpu")
                ? Optional.of(new PerController(roots, new LinkedHashSet<>(others.values())))
                : Optional.empty();
    }
}
