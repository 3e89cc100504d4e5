/// CRM
