package dev.proa.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which lines are measured: {@code --only watches,lists} names parts, {@code --alone} leaves the real control plane out. Without them
 * everything is measured beside the real one.
 *
 * @param parts at least one
 * @param alone whether only Proa is measured
 * @param load arguments of the load generator
 */
record Choice(Set<Part> parts, boolean alone, List<String> load) {

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
        DEFINITIONS("");

        /** Those that are measured when none is named. */
        static final Set<Part> USUAL = Set.copyOf(EnumSet.complementOf(EnumSet.of(DEFINITIONS)));

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
        List<String> load = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case "--alone" -> alone = true;
                case "--only" -> {
                    if (++i == arguments.size()) {
                        throw new IllegalArgumentException("--only wants parts, as in --only watches,lists");
                    }
                    parts = EnumSet.noneOf(Part.class);
                    for (String name : arguments.get(i).split(",")) {
                        parts.add(Part.named(name));
                    }
                }
                default -> load.add(arguments.get(i));
            }
        }
        return new Choice(parts, alone, load);
    }

    boolean has(Part part) {
        return parts.contains(part);
    }

    boolean everything() {
        return !alone && parts.containsAll(Part.USUAL);
    }

    /** Whether there is work for servers under load. */
    boolean works() {
        return parts.stream().anyMatch(part -> part != Part.STARTS && part != Part.IDLE && part != Part.AUTHORIZER);
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
        return new Choice(parts, alone, all);
    }
}
