"""The official SDK drives the identity service and the enterprise projects; its own models are asserted on."""

import os

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkeps import v1 as eps
from huaweicloudsdkfunctiongraph import v2 as fgs
from huaweicloudsdkiam import v3 as iam

AK, SK = os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"]
PROJECT, ENDPOINT = os.environ["HUAWEICLOUD_SDK_PROJECT_ID"], os.environ["FGCTL_ENDPOINT"]


def client(kind, credentials):
    return kind.new_builder().with_credentials(credentials).with_endpoint(ENDPOINT).build()


def refused(status, code, call, *args):
    try:
        answer = call(*args)
    except ServiceResponseException as error:
        assert (error.status_code, error.error_code) == (status, code), error
        return
    raise AssertionError(f"{code} was expected, not {answer}")


identity = client(iam.IamClient, GlobalCredentials(AK, SK))
project = identity.keystone_list_projects(iam.KeystoneListProjectsRequest(name="cn-east-3")).projects[0]
assert (project.id, project.name, project.enabled) == (PROJECT, "cn-east-3", True), project
DOMAIN = project.domain_id
assert not identity.keystone_list_projects(iam.KeystoneListProjectsRequest(name="cn-north-4")).projects
usable = identity.keystone_list_auth_projects(iam.KeystoneListAuthProjectsRequest()).projects
assert [item.id for item in usable] == [PROJECT]
accounts = identity.keystone_list_auth_domains(iam.KeystoneListAuthDomainsRequest()).domains
assert [item.id for item in accounts] == [DOMAIN]
regions = identity.keystone_list_regions(iam.KeystoneListRegionsRequest()).regions
assert [(item.id, item.locales.en_us) for item in regions] == [("cn-east-3", "CN East-Shanghai1")]

# The account's only user.
users = identity.keystone_list_users(iam.KeystoneListUsersRequest(domain_id=DOMAIN, enabled=True)).users
assert [(item.name, item.domain_id, item.enabled, item.access_mode) for item in users] == [("fgctl", DOMAIN, True, "default")]
USER = users[0].id
assert users[0].password_expires_at is None and users[0].links._self.endswith(f"/v3/users/{USER}"), users
assert not identity.keystone_list_users(iam.KeystoneListUsersRequest(name="nobody")).users
assert not identity.keystone_list_users(iam.KeystoneListUsersRequest(enabled=False)).users
shown = identity.keystone_show_user(iam.KeystoneShowUserRequest(user_id=USER)).user
assert (shown.id, shown.name, shown.pwd_status) == (USER, "fgctl", False), shown
shown = identity.show_user(iam.ShowUserRequest(user_id=USER)).user
assert (shown.id, shown.is_domain_owner, shown.create_time, shown.phone) == (USER, True, "2026-01-01 00:00:00", ""), shown
refused(404, 404, identity.keystone_show_user, iam.KeystoneShowUserRequest(user_id="x"))
refused(404, "IAM.0004", identity.show_user, iam.ShowUserRequest(user_id="x"))

# Built with a region, the SDK looks the account and the project up before its first call.
here = Region("cn-east-3", ENDPOINT)
finding = GlobalCredentials(AK, SK).with_iam_endpoint(ENDPOINT)
found = iam.IamClient.new_builder().with_credentials(finding).with_region(here).build()
assert found.keystone_list_regions(iam.KeystoneListRegionsRequest()).regions
finding = BasicCredentials(AK, SK).with_iam_endpoint(ENDPOINT)
found = fgs.FunctionGraphClient.new_builder().with_credentials(finding).with_region(here).build()
assert found.list_functions(fgs.ListFunctionsRequest()).functions == []

# Agencies.
option = iam.CreateAgencyOption(name="helper", domain_id=DOMAIN, trust_domain_name="op_svc_cff", duration="FOREVER")
made = identity.create_agency(
    iam.CreateAgencyRequest(body=iam.CreateAgencyRequestBody(agency=option))
).agency
assert (made.name, made.domain_id, made.duration, made.expire_time) == ("helper", DOMAIN, "FOREVER", None), made
listed = identity.list_agencies(iam.ListAgenciesRequest(domain_id=DOMAIN, name="helper")).agencies
assert [item.id for item in listed] == [made.id] and listed[0].trust_domain_name == "op_svc_cff"
assert identity.show_agency(iam.ShowAgencyRequest(agency_id=made.id)).agency.name == "helper"
refused(409, 409, identity.create_agency, iam.CreateAgencyRequest(body=iam.CreateAgencyRequestBody(agency=option)))

# Temporary keys as the agency, then without it.
role = iam.IdentityAssumerole(agency_name="helper", domain_id=DOMAIN, duration_seconds=3600)
by_agency = iam.AgencyAuth(identity=iam.AgencyAuthIdentity(methods=["assume_role"], assume_role=role))
request = iam.CreateTemporaryAccessKeyByAgencyRequest(
    body=iam.CreateTemporaryAccessKeyByAgencyRequestBody(auth=by_agency)
)
keys = identity.create_temporary_access_key_by_agency(request).credential
temporary = BasicCredentials(keys.access, keys.secret, PROJECT).with_security_token(keys.securitytoken)
functions = client(fgs.FunctionGraphClient, temporary)
assert functions.list_functions(fgs.ListFunctionsRequest()).functions == []
without = client(fgs.FunctionGraphClient, BasicCredentials(keys.access, keys.secret, PROJECT))
refused(401, "APIGW.0301", without.list_functions, fgs.ListFunctionsRequest())
identity.delete_agency(iam.DeleteAgencyRequest(agency_id=made.id))
refused(404, "IAM.0004", identity.show_agency, iam.ShowAgencyRequest(agency_id=made.id))
refused(404, "IAM.0004", identity.create_temporary_access_key_by_agency, request)


def by_password(password):
    user = iam.PwdPasswordUser(name="fgctl", password=password, domain=iam.PwdPasswordUserDomain(name="fgctl"))
    auth = iam.PwdAuth(
        identity=iam.PwdIdentity(methods=["password"], password=iam.PwdPassword(user=user)),
        scope=iam.AuthScope(project=iam.AuthScopeProject(name="cn-east-3")),
    )
    body = iam.KeystoneCreateUserTokenByPasswordRequestBody(auth=auth)
    return iam.KeystoneCreateUserTokenByPasswordRequest(body=body)


# A token for the password, in the header of the answer; temporary keys for the token.
token = identity.keystone_create_user_token_by_password(by_password(SK))
assert token.token.project.id == PROJECT and token.token.user.domain.id == DOMAIN, token
assert token.token.user.id == USER
assert len(token.x_subject_token) > 40
refused(401, 401, identity.keystone_create_user_token_by_password, by_password("wrong"))
by_token = iam.TokenAuth(
    identity=iam.TokenAuthIdentity(
        methods=["token"], token=iam.IdentityToken(id=token.x_subject_token, duration_seconds=900)
    )
)
keys = identity.create_temporary_access_key_by_token(
    iam.CreateTemporaryAccessKeyByTokenRequest(body=iam.CreateTemporaryAccessKeyByTokenRequestBody(auth=by_token))
).credential
temporary = BasicCredentials(keys.access, keys.secret, PROJECT).with_security_token(keys.securitytoken)
assert client(fgs.FunctionGraphClient, temporary).list_functions(fgs.ListFunctionsRequest()).functions == []

# Enterprise projects.
groups = client(eps.EpsClient, GlobalCredentials(AK, SK, DOMAIN))
listed = groups.list_enterprise_project(eps.ListEnterpriseProjectRequest(limit=10, offset=0, name="defa"))
assert listed.total_count == 1 and [item.id for item in listed.enterprise_projects] == ["0"], listed
shown = groups.show_enterprise_project(eps.ShowEnterpriseProjectRequest(enterprise_project_id="0"))
assert (shown.enterprise_project.name, shown.enterprise_project.status) == ("default", 1), shown
refused(404, "EPS.0069", groups.show_enterprise_project, eps.ShowEnterpriseProjectRequest(enterprise_project_id="x"))
refused(400, "EPS.0017", groups.list_enterprise_project, eps.ListEnterpriseProjectRequest(limit=2000))
print("done")
