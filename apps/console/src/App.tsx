import { Route, Router } from "@solidjs/router";
import { lazy } from "solid-js";
import { Root } from "./layout/Root";
import { HomePage } from "./pages/HomePage";
import { LinkPage } from "./pages/gate/LinkPage";
import { SignInPage } from "./pages/gate/SignInPage";

const AccountPage = lazy(async () => ({ default: (await import("./pages/account/AccountPage")).AccountPage }));
const ActivityPage = lazy(async () => ({ default: (await import("./pages/organizations/ActivityPage")).ActivityPage }));
const ApiKeysPage = lazy(async () => ({ default: (await import("./pages/environment/keys/ApiKeysPage")).ApiKeysPage }));
const EnvironmentLayout = lazy(async () => ({
  default: (await import("./pages/environment/EnvironmentLayout")).EnvironmentLayout,
}));
const MembersPage = lazy(async () => ({ default: (await import("./pages/organizations/MembersPage")).MembersPage }));
const NewOrganizationPage = lazy(async () => ({
  default: (await import("./pages/organizations/NewOrganizationPage")).NewOrganizationPage,
}));
const NewProjectPage = lazy(async () => ({
  default: (await import("./pages/organizations/NewProjectPage")).NewProjectPage,
}));
const NotFoundPage = lazy(async () => ({ default: (await import("./pages/NotFoundPage")).NotFoundPage }));
const OrganizationLayout = lazy(async () => ({
  default: (await import("./pages/organizations/OrganizationLayout")).OrganizationLayout,
}));
const OrganizationSettingsPage = lazy(async () => ({
  default: (await import("./pages/organizations/OrganizationSettingsPage")).OrganizationSettingsPage,
}));
const OrganizationsPage = lazy(async () => ({
  default: (await import("./pages/organizations/OrganizationsPage")).OrganizationsPage,
}));
const OverviewPage = lazy(async () => ({
  default: (await import("./pages/environment/overview/OverviewPage")).OverviewPage,
}));
const ProjectPage = lazy(async () => ({ default: (await import("./pages/project/ProjectPage")).ProjectPage }));
const ProjectsPage = lazy(async () => ({ default: (await import("./pages/organizations/ProjectsPage")).ProjectsPage }));
const RecoverPage = lazy(async () => ({ default: (await import("./pages/gate/RecoverPage")).RecoverPage }));
const SignUpPage = lazy(async () => ({ default: (await import("./pages/gate/SignUpPage")).SignUpPage }));
const WelcomePage = lazy(async () => ({ default: (await import("./pages/gate/WelcomePage")).WelcomePage }));
const UsersPage = lazy(async () => ({ default: (await import("./pages/environment/users/UsersPage")).UsersPage }));
const UserPage = lazy(async () => ({ default: (await import("./pages/environment/users/UserPage")).UserPage }));
const AuditLogPage = lazy(async () => ({
  default: (await import("./pages/environment/audit/AuditLogPage")).AuditLogPage,
}));
const InsightsPage = lazy(async () => ({
  default: (await import("./pages/environment/insights/InsightsPage")).InsightsPage,
}));
const StalePasskeysPage = lazy(async () => ({
  default: (await import("./pages/environment/insights/StalePasskeysPage")).StalePasskeysPage,
}));
const DomainPage = lazy(async () => ({ default: (await import("./pages/environment/domain/DomainPage")).DomainPage }));
const PolicyPage = lazy(async () => ({ default: (await import("./pages/environment/policy/PolicyPage")).PolicyPage }));
const SigningKeysPage = lazy(async () => ({
  default: (await import("./pages/environment/keys/SigningKeysPage")).SigningKeysPage,
}));
const WebhooksPage = lazy(async () => ({
  default: (await import("./pages/environment/webhooks/WebhooksPage")).WebhooksPage,
}));
const WebhookPage = lazy(async () => ({
  default: (await import("./pages/environment/webhooks/WebhookPage")).WebhookPage,
}));
const PromotePage = lazy(async () => ({
  default: (await import("./pages/environment/promote/PromotePage")).PromotePage,
}));

export function App() {
  return (
    <Router base="/console" root={Root}>
      <Route path="/" component={HomePage} />
      <Route path="/sign-in" component={SignInPage} />
      <Route path="/sign-up" component={SignUpPage} />
      <Route path="/recover" component={RecoverPage} />
      <Route path="/link" component={LinkPage} />
      <Route path="/welcome" component={WelcomePage} />
      <Route path="/account" component={AccountPage} />
      <Route path="/organizations" component={OrganizationsPage} />
      <Route path="/organizations/new" component={NewOrganizationPage} />
      <Route path="/organizations/:organization" component={OrganizationLayout}>
        <Route path="/" component={ProjectsPage} />
        <Route path="/new-project" component={NewProjectPage} />
        <Route path="/members" component={MembersPage} />
        <Route path="/activity" component={ActivityPage} />
        <Route path="/settings" component={OrganizationSettingsPage} />
      </Route>
      <Route path="/projects/:project" component={ProjectPage} />
      <Route path="/environments/:tenant" component={EnvironmentLayout}>
        <Route path="/" component={OverviewPage} />
        <Route path="/api-keys" component={ApiKeysPage} />
        <Route path="/users" component={UsersPage} />
        <Route path="/users/:user" component={UserPage} />
        <Route path="/audit-log" component={AuditLogPage} />
        <Route path="/insights" component={InsightsPage} />
        <Route path="/stale-passkeys" component={StalePasskeysPage} />
        <Route path="/domain" component={DomainPage} />
        <Route path="/policy" component={PolicyPage} />
        <Route path="/signing-keys" component={SigningKeysPage} />
        <Route path="/webhooks" component={WebhooksPage} />
        <Route path="/webhooks/:webhook" component={WebhookPage} />
        <Route path="/promote" component={PromotePage} />
      </Route>
      <Route path="*" component={NotFoundPage} />
    </Router>
  );
}
