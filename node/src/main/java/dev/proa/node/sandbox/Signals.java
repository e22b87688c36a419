package dev.proa.node.sandbox;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.Processes;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Signals by name, as images and pods give them. */
final class Signals {
    /** In the order of their numbers, from 1. */
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    private static final int FIRST_REALTIME = 34;
    private static final int LAST_REALTIME = 64;

    private Signals() {}

    /**
     * The number of a signal such as {@code SIGQUIT}, {@code QUIT}, {@code 3} or {@code SIGRTMIN+3}; SIGTERM for null
     * or empty.
     */
    static int number(@Nullable String signal) {
        if (signal == null || signal.isBlank()) {
            return Processes.SIGTERM;
        }
        String name = signal.strip().toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        int index = NAMES.indexOf(name);
        if (index >= 0) {
            return index + 1;
        }
        try {
            if (name.startsWith("RTMIN")) {
                return name.length() == 5 ? FIRST_REALTIME : FIRST_REALTIME + Integer.parseInt(name.substring(6));
            }
            if (name.startsWith("RTMAX")) {
                return name.length() == 5 ? LAST_REALTIME : LAST_REALTIME - Integer.parseInt(name.substring(6));
            }
            int number = Integer.parseInt(name);
            if (number > 0 && number <= LAST_REALTIME) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw unknown(signal, e);
        }
        throw unknown(signal, null);
    }

    private static RuntimeFailure unknown(String signal, @Nullable Throwable cause) {
        return new RuntimeFailure(
                RuntimeFailure.Reason.INVALID_ARGUMENT, "unknown stop signal \"" + signal + "\"", cause);
    }
}
