"""What stands in a Salesforce org: seen, judged by the doctor, completed by provisioning."""
