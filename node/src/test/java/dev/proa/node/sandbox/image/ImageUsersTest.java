package dev.proa.node.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageUsersTest {
    private static final String RANGE = "uids and gids must be in range 0-2147483647: ";

    @TempDir
    private Path layer;

    @BeforeEach
    void writeFiles() throws IOException {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
        Files.createDirectory(layer.resolve("etc"));
        passwd("root:x:0:0::/root:/bin/sh\nalice:x:1000:100::/home/alice:\n1000:x:0:0::/root:\ntoor:x:000:0:::\n"
                + "bob:x:02000:0300::/home/bob:\nhuge:x:4294967296:0:::\nendless:x:99999999999999999999:0:::\n"
                + "nobody:x:-2:0:::\nlonely:x:5\nodd:x:6:4294967297:::\n:\n::\n");
        Files.writeString(
                layer.resolve("etc/group"), "root:x:0:\n100:x:0:\nwheel:x:10:alice,bob\nmany:x:4294967297:odd\n");
    }

    private void passwd(String content) throws IOException {
        Files.writeString(layer.resolve("etc/passwd"), content);
    }

    private ImageUsers users() {
        return new ImageUsers(List.of(layer));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "0, 0",
        "00, 0",
        "0000000000000000000000, 0",
        "1000, 1000",
        "01000, 1000",
        "2147483647, 2147483647",
        "alice, 1000",
        "toor, 0",
        "bob, 2000"
    })
    void aNumberIsANumber(String user, long id) {
        assertThat(users().find(user, null).id()).isEqualTo(id);
    }

    @Test
    void findsGroupsAndHome() {
        assertThat(users().find("1000", null)).isEqualTo(new ImageUsers.User(1000, 100, List.of(10L), "/home/alice"));
        assertThat(users().find("02000", null)).isEqualTo(new ImageUsers.User(2000, 300, List.of(10L), "/home/bob"));
        assertThat(users().find("4711", "")).isEqualTo(new ImageUsers.User(4711, 0, List.of(), null));
        // A group of the image is named 100, and has the number 0.
        assertThat(users().find("alice", "100").group()).isEqualTo(100);
        assertThat(users().find("alice", "wheel").group()).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({
        "2147483648, , 2147483648",
        "4294967296, , 4294967296",
        "99999999999999999999, , 99999999999999999999",
        "huge, , 4294967296",
        "endless, , 99999999999999999999",
        "1, 4294967296, 4294967296",
        "1, 99999999999999999999, 99999999999999999999",
        "odd, , 4294967297",
        "odd, 6, 4294967297"
    })
    void refusesWhatIsNoUser(String user, String group, String shown) {
        assertThatThrownBy(() -> users().find(user, group))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessage(RANGE + shown);
    }

    @Test
    void refusesWhatItDoesNotFind() {
        assertThatThrownBy(() -> users().find("-1", null))
                .hasMessage("unable to find user -1: no matching entries in passwd file");
        assertThatThrownBy(() -> users().find("1", "users"))
                .hasMessage("unable to find group users: no matching entries in group file");
        assertThatThrownBy(() -> users().find("nobody", null))
                .hasMessage("the image's passwd file has no number for nobody");
        assertThatThrownBy(() -> users().find("lonely", null))
                .hasMessage("the image's passwd file has no number for lonely");
    }

    @Test
    void readsNoMoreThanItNeeds() throws IOException {
        passwd("x:x:1:1:::\n".repeat(100_000));
        assertThatThrownBy(() -> users()).hasMessage("the image's passwd file is longer than 1048576 bytes");
    }

    @Test
    void followsNoLinkOutOfTheLayer() throws IOException {
        Path outside = Files.writeString(layer.resolve("outside"), "carol:x:7:7:::\n");
        Files.delete(layer.resolve("etc/passwd"));
        Files.createSymbolicLink(layer.resolve("etc/passwd"), outside);
        assertThatThrownBy(() -> users().find("carol", null)).hasMessageContaining("unable to find user carol");
    }
}
