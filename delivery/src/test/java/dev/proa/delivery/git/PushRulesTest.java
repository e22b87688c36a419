package dev.proa.delivery.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.delivery.git.PushRules.Change;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PushRulesTest {
    private static final GitUser ANNA = new GitUser("anna", "", List.of("web"));
    private static final GitUser BERT = new GitUser("bert", "", List.of());

    private static Optional<String> refuse(ProtectedBranch rule, GitUser user, String branch, Change change) {
        return new PushRules("main", List.of(rule))
                .refuse(user, "refs/heads/" + branch, change, Map.of("ci", "failure"));
    }

    private static ProtectedBranch rule(String pattern, String... pushers) {
        return new ProtectedBranch(pattern, List.of(pushers), false, false, List.of());
    }

    @Test
    void patternsKnowSlashes() {
        assertThat(rule("release/*").matches("release/1.0")).isTrue();
        assertThat(rule("release/*").matches("release/1.0/fix")).isFalse();
        assertThat(rule("release/**").matches("release/1.0/fix")).isTrue();
        assertThat(rule("v1.0").matches("v1x0")).isFalse();
    }

    @Test
    void pushersAreUsersAndGroups() {
        assertThat(refuse(rule("main", "group:web"), ANNA, "main", Change.FORWARD))
                .isEmpty();
        assertThat(refuse(rule("main", "bert"), BERT, "main", Change.FORWARD)).isEmpty();
        assertThat(refuse(rule("main", "group:web"), BERT, "main", Change.FORWARD))
                .contains("main is protected: bert is not among who may push to it");
        assertThat(refuse(rule("main", "group:web"), BERT, "topic", Change.FORCE))
                .isEmpty();
    }

    @Test
    void forceAndDeletionNeedToBeAllowed() {
        assertThat(refuse(rule("r"), ANNA, "r", Change.FORCE)).contains("r is protected: no forced push");
        assertThat(refuse(rule("r"), ANNA, "r", Change.DELETE)).contains("r is protected: no deletion");
        ProtectedBranch open = new ProtectedBranch("r", List.of(), true, true, List.of());
        assertThat(refuse(open, ANNA, "r", Change.FORCE)).isEmpty();
        assertThat(refuse(open, ANNA, "r", Change.DELETE)).isEmpty();
        assertThat(refuse(open, ANNA, "main", Change.DELETE)).contains("the default branch cannot be deleted");
    }

    @Test
    void statusesHaveToBeSuccess() {
        ProtectedBranch rule = new ProtectedBranch("main", List.of(), false, false, List.of("ci"));
        assertThat(refuse(rule, ANNA, "main", Change.FORWARD))
                .get()
                .asString()
                .contains("needs the status \"ci\", which is failure");
        assertThat(new PushRules("main", List.of(rule))
                        .refuse(ANNA, "refs/heads/main", Change.CREATE, Map.of("ci", "success")))
                .isEmpty();
    }

    @Test
    void otherRefsAreNotPushed() {
        PushRules none = new PushRules("main", List.of());
        assertThat(none.refuse(ANNA, "refs/tags/v1", Change.CREATE, Map.of())).isEmpty();
        assertThat(none.refuse(ANNA, "refs/pull/1/head", Change.CREATE, Map.of()))
                .isPresent();
        assertThat(none.refuse(ANNA, "HEAD", Change.FORWARD, Map.of())).isPresent();
    }

    @Test
    void namesOfRepositoriesStayWithinTheirFolder() {
        assertThat(RepositoryName.ofPath("/team/hello.git")).contains(new RepositoryName("team", "hello"));
        assertThat(RepositoryName.ofPath("team/hello")).contains(new RepositoryName("team", "hello"));
        for (String bad :
                List.of("/team/../hello.git", "/hello.git", "/a/b/c.git", "/a/.git", "/A/b.git", "/a/b..git/x", "")) {
            assertThat(RepositoryName.ofPath(bad)).as(bad).isEmpty();
        }
    }
}
