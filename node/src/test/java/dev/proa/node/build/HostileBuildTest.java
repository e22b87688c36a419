package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.linux.Mounts;
import dev.proa.testing.Await;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Dockerfiles, contexts and commands that mean harm, or are just odd. */
@Tag("hostile")
class HostileBuildTest {
    private BuildFixture fixture;

    @BeforeEach
    void open() throws Exception {
        fixture = new BuildFixture();
    }

    @AfterEach
    void close() throws Exception {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void refusesHeredocsWithoutEnd() {
        assertThatThrownBy(() -> fixture.build("FROM busybox\nRUN <<EOF\necho never\n"))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("Dockerfile:2")
                .hasMessageContaining("EOF");
    }

    @Test
    void takesLinksOfTheContextAsTheyAre() throws Exception {
        Files.createSymbolicLink(fixture.context.resolve("outside"), Path.of("/etc"));
        Files.createSymbolicLink(fixture.context.resolve("up"), Path.of("../../../.."));
        fixture.file("a", "a").file(".dockerignore", "Dockerfile\n.dockerignore\n");
        Image image = fixture.build("FROM busybox\nCOPY . /all\n");
        assertThat(fixture.files(image, 1))
                .containsExactly(
                        "755 0:0 /all/",
                        "644 0:0 /all/a",
                        "777 0:0 /all/outside -> /etc",
                        "777 0:0 /all/up -> ../../../..");
        for (String leading : List.of("outside/passwd", "outside", "up/etc/passwd", "../../../../etc/passwd")) {
            assertThatThrownBy(() -> fixture.build("FROM busybox\nCOPY " + leading + " /x\n"))
                    .as(leading)
                    .isInstanceOf(ImageFailure.class)
                    .hasMessageContaining("not found");
        }
    }

    @Test
    void refusesDevicesAndSocketsOnlyWhenTheyAreCopied() throws Exception {
        Path device = fixture.context.resolve("device");
        FileNodes.makeDevice(device, FileNodes.CHARACTER_DEVICE | 0600, FileNodes.device(1, 3));
        fixture.file("a", "a");
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(fixture.context.resolve("socket")));
            assertThat(fixture.files(fixture.build("FROM busybox\nCOPY a /\n"), 1))
                    .containsExactly("644 0:0 /a");
            for (String special : List.of("device", "socket", ".")) {
                assertThatThrownBy(() -> fixture.build("FROM busybox\nCOPY " + special + " /x/\n"))
                        .hasMessageContaining("a device, a pipe or a socket, which cannot be copied");
            }
        }
    }

    @Test
    void refusesNamesThatAreNoText() throws Exception {
        Process touch = new ProcessBuilder("/bin/busybox", "sh", "-c", "printf x >\"$(printf 'n\\377')\"")
                .directory(fixture.context.toFile())
                .start();
        assertThat(touch.waitFor()).isZero();
        assertThatThrownBy(() -> fixture.build("FROM busybox\nCOPY . /x/\n"))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("has a name that is not text in");
        fixture.file(".dockerignore", "n?\n");
        fixture.build("FROM busybox\nCOPY . /x/\n");

        assertThatThrownBy(() -> fixture.build("FROM busybox\nRUN touch \"/made-$(printf '\\377')\"\n"))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("/made-")
                .hasMessageContaining("a layer cannot have it");
    }

    @Test
    void keepsLinksOfStagesInsideThem() throws Exception {
        Path host = Files.createDirectory(fixture.home.resolve("host"));
        Image image = fixture.file("a", "a").build("""
                FROM busybox AS tricky
                RUN ln -s %1$s /out && ln -s /etc/passwd /passwd && ln -s ../../../../../.. /up && ln -s loop /loop
                COPY a /out/
                COPY a /up/written
                WORKDIR /out/made
                FROM scratch
                COPY --from=tricky /passwd /up/etc/group /
                COPY --from=tricky /out/ /host/
                """.formatted(host));
        assertThat(host).isEmptyDirectory();
        assertThat(fixture.files(image, 0))
                .containsExactly(
                        "644 0:0 /group",
                        "755 0:0 /host/",
                        "644 0:0 /host/a",
                        "755 0:0 /host/made/",
                        "644 0:0 /passwd");
        assertThatThrownBy(() -> fixture.build("FROM busybox\nRUN ln -s loop /loop\nCOPY a /loop/x\n"))
                .hasMessageContaining("too many symbolic links");
    }

    @Test
    void mountsOnlyInsideTheRoot() throws Exception {
        Path host = Files.createDirectory(fixture.home.resolve("host"));
        String dockerfile = "FROM busybox\nRUN ln -s %s /out\nRUN --mount=type=tmpfs,target=/out/in touch /out/in/x\n";
        assertThatThrownBy(() -> fixture.build(dockerfile.formatted(host))).hasMessageContaining("make /out");
        assertThat(host).isEmptyDirectory();
        assertThatThrownBy(() -> fixture.build("FROM busybox\nWORKDIR /\nRUN --mount=type=tmpfs,target=. true\n"))
                .hasMessageContaining("another target");
    }

    @Test
    void endsWhatCommandsLeaveRunning() throws Exception {
        long start = System.nanoTime();
        fixture.build("FROM busybox\nRUN sleep 1000 & (setsid sleep 1000 &) ; echo started\n");
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(60);
        assertThat(fixture.output).contains("started");
    }

    @Test
    void tellsOfSignals() {
        assertThatThrownBy(() -> fixture.build("FROM busybox\nRUN sh -c 'kill -9 $$'; exit $?\n"))
                .hasMessageEndingWith("exit code: 137");
    }

    @Test
    void clipsOutputWithoutEnd() {
        assertThatThrownBy(() ->
                        fixture.build("FROM busybox\nRUN dd if=/dev/zero bs=1M count=20; echo; echo end; exit 1\n"))
                .satisfies(failure ->
                        assertThat(failure.getMessage()).contains("\nend\n").hasSizeLessThan(100_000));
        assertThat(fixture.output.length()).isLessThan(3 << 20);
    }

    @Test
    void keepsTheMachineAsItIs() throws Exception {
        String resolver = Files.readString(Path.of("/etc/resolv.conf"));
        Image image = fixture.build("""
                FROM busybox
                RUN echo 'nameserver 192.0.2.1' >/etc/resolv.conf; echo 192.0.2.1 x >>/etc/hosts; true
                RUN ! echo 1 >/proc/sys/vm/drop_caches
                RUN ! echo b >/proc/sysrq-trigger
                RUN ! mount -t tmpfs none /mnt
                RUN ! mknod /disk b 8 0 || ! cat /disk
                RUN cp /bin/busybox /su && chmod 6755 /su
                """);
        assertThat(Path.of("/etc/resolv.conf")).hasContent(resolver);
        assertThat(fixture.files(image, 1)).containsExactly("6755 0:0 /su");
    }

    @Test
    void leavesNothingWhenInterrupted() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        fixture.file("Dockerfile", "FROM busybox\nRUN touch /half && echo started && sleep 1000\n");
        Thread build = Thread.ofPlatform().start(() -> {
            try {
                fixture.build();
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        Await.until("the command to run", () -> fixture.output.toString().contains("started"));
        build.interrupt();
        build.join(30_000);
        assertThat(build.isAlive()).isFalse();
        assertThat(failure.get()).isInstanceOf(InterruptedException.class);
        assertThat(Mounts.below(fixture.home)).isEmpty();
        try (Stream<Path> kept = Files.list(fixture.home.resolve("cache/steps"))) {
            assertThat(kept).as("half a result").isEmpty();
        }
        try (Stream<Path> temporary = Files.list(fixture.home.resolve("cache/tmp"))) {
            assertThat(temporary).isEmpty();
        }
    }
}
