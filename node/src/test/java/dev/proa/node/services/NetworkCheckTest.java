package dev.proa.node.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class NetworkCheckTest {
    @Test
    void findsNothingMissingHere() {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "making network namespaces needs root");

        assertThat(NetworkCheck.problems()).isEmpty();
    }

    @Test
    void saysWhatHelpsWhenTheUserMayNot() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "giving up rights needs root");
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--bounding-set=-all",
                        "--inh-caps=-all",
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> output;
        try (BufferedReader reader = process.inputReader()) {
            output = reader.readAllLines();
        }

        assertThat(process.waitFor()).as(String.join("\n", output)).isZero();
        assertThat(output).contains("[This user may not make network namespaces: run as root]");
    }

    /** Prints the problems. */
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            System.out.println(NetworkCheck.problems());
        }
    }
}
