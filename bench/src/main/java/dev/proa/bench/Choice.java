package dev.proa.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/**
 * Which lines are measured: {@code --only watches,lists} names parts, {@code --alone} leaves the real control plane out. Without them
 * everything is measured beside the real one but what takes minutes. Of the scheduler's work {@code --nodes 500} measures one size of
 * cluster and {@code --shapes SchedulingBasic,TopologySpreading} some of the shapes; {@code --jobs 100} and {@code --replicas 100} make
 * the workloads smaller.
 *
 * @param parts at least one
 * @param alone whether only Proa is measured
 * @param nodes sizes of clusters in which pods are scheduled
 * @param shapes that are asked of the scheduler
 * @param jobs how many Jobs of ten pods
 * @param replicas of a StatefulSet
 * @param load arguments of the load generator
 */
record Choice(
        Set<Part> parts,
        boolean alone,
        List<Integer> nodes,
        List<SchedulerShape> shapes,
        int jobs,
        int replicas,
        List<String> load) {

    private static final List<Integer> NODES = List.of(500, 5000);
    private static final int MANY = 1000;

    /** Lines that are measured together. */
    enum Part {
        STARTS(""),
        IDLE(""),
        WRITES("-writes"),
        WATCHES("-watchers"),
        LISTS("-objects"),
        DEPLOYMENT("-pods"),
        APPLY(""),
        CUSTOM(""),
        PROTOBUF(""),
        /** Decisions of the authorizer. */
        AUTHORIZER(""),
        /** A thousand definitions of custom resources. Only measured when it is named: the real one takes minutes. */
        DEFINITIONS(""),
        /** Scheduling on nodes that are objects only. Only measured when it is named, as the next. */
        SCHEDULER(""),
        /** Jobs and a StatefulSet. */
        WORKLOADS("");

        /** Those that are measured when none is named. */
        static final Set<Part> USUAL = Set.copyOf(EnumSet.complementOf(EnumSet.of(DEFINITIONS, SCHEDULER, WORKLOADS)));
        /** Those that have servers of their own. */
        private static final Set<Part> APART = EnumSet.of(STARTS, IDLE, AUTHORIZER, SCHEDULER, WORKLOADS);

        /** What the load generator calls the extent of this part; empty when it has no share in it. */
        private final String flag;

        Part(String flag) {
            this.flag = flag;
        }

        private static Part named(String name) {
            try {
                return valueOf(name.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("There is no part \"" + name + "\"; there are "
                        + Arrays.toString(values()).toLowerCase(Locale.ROOT));
            }
        }
    }

    Choice {
        parts = Set.copyOf(parts);
        nodes = List.copyOf(nodes);
        shapes = List.copyOf(shapes);
        load = List.copyOf(load);
    }

    /**
     * Reads arguments: what is no choice is for the load generator.
     *
     * @throws IllegalArgumentException when a part is not known, or none is named
     */
    static Choice parse(List<String> arguments) {
        Set<Part> parts = Part.USUAL;
        boolean alone = false;
        List<Integer> nodes = NODES;
        List<SchedulerShape> shapes = List.of(SchedulerShape.values());
        int jobs = MANY;
        int replicas = MANY;
        List<String> load = new ArrayList<>();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--alone" -> alone = true;
                case "--only" -> parts = EnumSet.copyOf(all(rest, "--only watches,lists", Part::named));
                case "--nodes" -> nodes = all(rest, "--nodes 500,5000", Integer::valueOf);
                case "--shapes" -> shapes = all(rest, "--shapes SchedulingBasic", SchedulerShape::titled);
                case "--jobs" ->
                    jobs = all(rest, "--jobs 100", Integer::valueOf).getFirst();
                case "--replicas" ->
                    replicas = all(rest, "--replicas 100", Integer::valueOf).getFirst();
                default -> load.add(argument);
            }
        }
        return new Choice(parts, alone, nodes, shapes, jobs, replicas, load);
    }

    /** What is listed after an option. */
    private static <T> List<T> all(Iterator<String> rest, String example, Function<String, T> one) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException("something is missing, as in " + example);
        }
        return Arrays.stream(rest.next().split(",")).map(one).toList();
    }

    boolean has(Part part) {
        return parts.contains(part);
    }

    boolean everything() {
        return !alone && parts.containsAll(Part.USUAL);
    }

    /** Whether it is all that is measured of pods and those that make them, which has a table of its own. */
    boolean allOfPods() {
        return !alone
                && parts.containsAll(EnumSet.of(Part.SCHEDULER, Part.WORKLOADS))
                && shapes.size() == SchedulerShape.values().length
                && nodes.equals(NODES)
                && jobs == MANY
                && replicas == MANY;
    }

    /** Whether there is work for servers that others use too. */
    boolean works() {
        return !Part.APART.containsAll(parts);
    }

    /** Whether the load generator has a share in it. */
    boolean generates() {
        return parts.stream().anyMatch(part -> !part.flag.isEmpty());
    }

    /** With these arguments for the load generator, and those that leave out what was not chosen. */
    Choice with(List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        for (Part part : Part.values()) {
            if (!part.flag.isEmpty() && !has(part)) {
                all.add(part.flag);
                all.add("0");
            }
        }
        return new Choice(parts, alone, nodes, shapes, jobs, replicas, all);
    }
}
