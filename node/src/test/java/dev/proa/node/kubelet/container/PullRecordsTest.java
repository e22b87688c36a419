package dev.proa.node.kubelet.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.cri.ImageService.Credentials;
import dev.proa.node.kubelet.container.PullRecords.Access;
import dev.proa.node.kubelet.container.PullSecrets.Credential;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullRecordsTest {
    private static final String IMAGE = "r.example/app:1";
    private static final String REPOSITORY = "r.example/app";
    private static final String ID = "sha256:1";

    @TempDir
    Path directory;

    private PullRecords records;

    @BeforeEach
    void open() {
        records = new PullRecords(directory);
    }

    private static Credential credential(String secret, String password) {
        return Credential.of(new Credentials("user", password), secret + "/n/" + secret);
    }

    private Access access() {
        return records.access(IMAGE, REPOSITORY, ID);
    }

    private boolean accepts(Credential... credentials) {
        return records.accepts(IMAGE, REPOSITORY, ID, List.of(credentials));
    }

    private void pulled(Credential by) {
        records.begin(IMAGE);
        records.pulled(IMAGE, REPOSITORY, ID, by);
        records.ended(IMAGE);
    }

    @Test
    void imagesWithoutARecordAreForAllButWhilePulled() {
        assertThat(access()).isEqualTo(Access.ALL);
        records.begin(IMAGE);
        records.begin(IMAGE);
        records.ended(IMAGE);
        assertThat(access()).isEqualTo(Access.NONE);
        records.ended(IMAGE);
        assertThat(access()).isEqualTo(Access.ALL);
    }

    @Test
    void credentialsAreAcceptedWhenTheyOrTheirSecretAreKnown() {
        pulled(credential("a", "1"));
        assertThat(access()).isEqualTo(Access.WITH_CREDENTIALS);
        assertThat(accepts()).isFalse();
        assertThat(accepts(credential("b", "2"))).isFalse();
        assertThat(accepts(credential("b", "2"), credential("b", "1"))).isTrue();
        assertThat(accepts(credential("a", "3"))).as("rotated").isTrue();
        assertThat(accepts(credential("c", "3"))).as("what it was rotated to").isTrue();
        assertThat(records.access("other.example/app:1", "other.example/app", ID))
                .as("the same image by another name")
                .isEqualTo(Access.NONE);
        open();
        assertThat(accepts(credential("a", "3"))).isTrue();
        records.pulled(IMAGE, REPOSITORY, ID, null);
        assertThat(access()).isEqualTo(Access.ALL);
        pulled(credential("a", "3"));
        assertThat(access()).isEqualTo(Access.ALL);
    }

    @Test
    void whatWasBeingPulledWhenTheProcessEndedHasToBePulledAgain() {
        records.begin(IMAGE);
        open();
        assertThat(access()).isEqualTo(Access.NONE);
        records.recover(name -> name.equals(IMAGE) || name.equals(ID) ? ID : null);
        assertThat(access()).isEqualTo(Access.NONE);
        assertThat(directory.resolve("pulling")).isEmptyDirectory();
        records.recover(name -> null);
        assertThat(directory.resolve("pulled")).as("the image is gone").isEmptyDirectory();
        assertThat(access()).isEqualTo(Access.ALL);
    }

    @Test
    void aDamagedRecordLetsNobodyIn() throws IOException {
        pulled(credential("a", "1"));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve("pulled"))) {
            for (Path file : files) {
                Files.writeString(file, "{");
            }
        }
        assertThat(access()).isEqualTo(Access.NONE);
        assertThat(accepts(credential("a", "1"))).isFalse();
        open();
        records.recover(name -> ID);
        pulled(credential("a", "1"));
        assertThat(access()).isEqualTo(Access.WITH_CREDENTIALS);
    }
}
