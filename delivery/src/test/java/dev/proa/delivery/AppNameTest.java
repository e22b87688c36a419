package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.build.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AppNameTest {
    @ParameterizedTest
    @CsvSource({
        "hello, hello",
        "My App, my-app",
        "Ünïcode Café, unicode-cafe",
        "123site, app-123site",
        "-dashes-, dashes",
        "a.b_c--d, a-b-c-d",
    })
    void makesALabelOfAName(String text, String label) {
        assertThat(AppName.label(text)).isEqualTo(label);
    }

    @Test
    void keepsNamesApartOfWhichNothingIsLeft() {
        assertThat(AppName.label("日本"))
                .matches("app-[0-9a-f]+")
                .isEqualTo(AppName.label("日本"))
                .isNotEqualTo(AppName.label("東京"));
    }

    @Test
    void isAlwaysALabelThatAServiceCanHave() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(80); length >= 0; length--) {
                text.appendCodePoint(
                        random.nextInt(4) == 0 ? random.nextInt(0x3000) : " -._09azAZ".charAt(random.nextInt(10)));
            }
            assertThat(AppName.label(text.toString()))
                    .as("of \"" + text + "\", seed " + seed)
                    .matches("[a-z]([-a-z0-9]{0,48}[a-z0-9])?");
        }
    }

    @Test
    void doesNotDependOnADockerfile(@TempDir Path folder) throws Exception {
        Path shop = Files.createDirectory(folder.resolve("copy"));
        Project dockerfile = new Project.DockerfileProject(shop, shop.resolve("Dockerfile"));
        assertThat(AppName.of(dockerfile)).isEqualTo("copy");
        Files.writeString(shop.resolve("pom.xml"), "<project><artifactId>shop</artifactId></project>");
        assertThat(AppName.of(dockerfile)).isEqualTo("shop");
    }

    @Test
    void isTheArtifactOfAMavenProjectWhereverItLies() {
        assertThat(AppName.of(new Project.MavenProject(Path.of("/tmp/copy"), "shop")))
                .isEqualTo("shop");
        assertThat(AppName.of(new Project.MavenProject(Path.of("/tmp/copy"), "")))
                .isEqualTo("copy");
        assertThat(AppName.of(new Project.StaticSite(Path.of("/tmp/site"), Path.of("/tmp/site/public"))))
                .isEqualTo("site");
        assertThatThrownBy(() -> AppName.of(new Project.Unknown(Path.of("/x"), "nothing there")))
                .isInstanceOf(DeliveryFailure.class)
                .hasMessage("nothing there");
    }
}
